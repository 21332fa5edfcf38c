//! The graph as a picture.

use std::fmt;

use dagre::graph::{Graph as Plan, GraphOptions};
use dagre::layout::types::LabelPos;
use dagre::{EdgeLabel, LayoutOptions, NodeLabel, RankDir, layout};

use super::Graph;
use super::drawing::{Arrow, Drawing, Figure, Kind};
use super::notes::{Note, Notes};

/// Shows a [`Graph`] as SVG; see [`Graph::svg`].
#[derive(Clone, Debug)]
pub struct Svg<'a> {
    graph: &'a Graph,
    notes: Option<Notes>,
}

impl<'a> Svg<'a> {
    pub(crate) fn new(graph: &'a Graph, notes: Option<Notes>) -> Self {
        Self { graph, notes }
    }
}

/// How wide a letter is, on average, and one of a title.
const LETTER: f64 = 7.3;
const BOLD: f64 = 8.3;
const LINE: f64 = 18.0;
const PADDING: f64 = 12.0;
const MARGIN: f64 = 16.0;
const FONT: &str = "font-family=\"ui-sans-serif, system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif\"";

/// The layout of a picture: boxes have middles, arrows have points.
type Placed = Plan<NodeLabel, EdgeLabel>;

impl fmt::Display for Svg<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (drawing, none) = (Drawing::of(self.graph), Notes::default());
        let notes = self.notes.as_ref().unwrap_or(&none);
        let boxes: Vec<Framed<'_>> = drawing
            .figures
            .iter()
            .map(|figure| Framed::new(figure, notes))
            .collect();
        let placed = place(&boxes, &drawing.arrows);
        let (mut width, mut height) = size(&boxes, &placed);
        if !notes.caption.is_empty() {
            width = width.max(letters(&notes.caption) * LETTER + 2.0 * MARGIN);
            height += LINE + MARGIN;
        }
        writeln!(
            f,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" viewBox=\"0 0 {width:.0} {height:.0}\" {FONT} font-size=\"13\">"
        )?;
        writeln!(f, "<title>{}</title>", escaped(self.graph.name()))?;
        writeln!(
            f,
            "<defs><marker id=\"head\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\"><path d=\"M0,1 L9,5 L0,9 Z\" fill=\"#64748b\"/></marker></defs>"
        )?;
        writeln!(f, "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>")?;
        for (number, arrow) in drawing.arrows.iter().enumerate() {
            draw_arrow(f, arrow, number, &placed)?;
        }
        for framed in &boxes {
            draw_figure(f, framed, &placed)?;
        }
        if !notes.caption.is_empty() {
            let at = height - MARGIN;
            writeln!(
                f,
                "<text x=\"{MARGIN}\" y=\"{at:.1}\" fill=\"#475569\">{}</text>",
                escaped(&notes.caption)
            )?;
        }
        writeln!(f, "</svg>")
    }
}

/// A box, with what is written into it.
struct Framed<'a> {
    figure: &'a Figure,
    lines: Vec<(&'a str, Style)>,
    /// Which part of the records of the busiest box goes through it, where that is known.
    share: Option<f64>,
}

/// How a line looks.
#[derive(Clone, Copy)]
enum Style {
    Title,
    Plain,
    Count,
    Warning,
}

impl<'a> Framed<'a> {
    fn new(figure: &'a Figure, notes: &'a Notes) -> Self {
        let Figure { title, lines, .. } = figure;
        let mut all: Vec<(&str, Style)> = Vec::new();
        all.extend(Some((title.as_str(), Style::Title)).filter(|(title, _)| !title.is_empty()));
        all.extend(lines.iter().map(|line| (line.as_str(), Style::Plain)));
        let note = notes.boxes.get(&figure.id);
        if let Some(Note { lines, warnings, .. }) = note {
            all.extend(lines.iter().map(|line| (line.as_str(), Style::Count)));
            all.extend(warnings.iter().map(|line| (line.as_str(), Style::Warning)));
        }
        Self {
            figure,
            lines: all,
            share: note.map(|note| notes.share(note)),
        }
    }

    fn width(&self) -> f64 {
        let lengths = self.lines.iter().map(|(line, style)| match style {
            Style::Title => letters(line) * BOLD,
            Style::Plain | Style::Count | Style::Warning => letters(line) * LETTER,
        });
        lengths.fold(30.0, f64::max) + 2.0 * PADDING
    }

    #[expect(clippy::cast_precision_loss, reason = "a box has few lines")]
    fn height(&self) -> f64 {
        self.lines.len().max(1) as f64 * LINE + PADDING
    }
}

/// Lays the boxes out in layers, from left to right.
fn place(boxes: &[Framed<'_>], arrows: &[Arrow]) -> Placed {
    let mut plan = Placed::with_options(GraphOptions {
        directed: true,
        multigraph: true,
        compound: true,
    });
    for framed in boxes {
        let label = NodeLabel {
            width: framed.width(),
            height: framed.height(),
            ..NodeLabel::default()
        };
        plan.set_node(framed.figure.id.clone(), Some(label));
    }
    for (number, arrow) in arrows.iter().enumerate() {
        let label = EdgeLabel {
            width: letters(arrow.stream) * LETTER,
            height: LINE,
            labelpos: LabelPos::Center,
            ..EdgeLabel::default()
        };
        let name = number.to_string();
        plan.set_edge(arrow.from.clone(), arrow.to.clone(), Some(label), Some(&name));
    }
    let options = LayoutOptions {
        rankdir: RankDir::LR,
        nodesep: 26.0,
        ranksep: 46.0,
        marginx: MARGIN,
        marginy: MARGIN,
        ..LayoutOptions::default()
    };
    layout(&mut plan, Some(options));
    plan
}

#[expect(clippy::cast_precision_loss, reason = "a box has few letters")]
fn letters(text: &str) -> f64 {
    text.chars().count() as f64
}

/// How large the picture is: the farthest box, and the margin.
fn size(boxes: &[Framed<'_>], placed: &Placed) -> (f64, f64) {
    let corners = boxes.iter().filter_map(|framed| {
        let node = placed.node(&framed.figure.id)?;
        Some((node.x? + node.width / 2.0, node.y? + node.height / 2.0))
    });
    let (width, height) = corners.fold((0.0, 0.0), |(x, y), (right, bottom)| {
        (f64::max(x, right), f64::max(y, bottom))
    });
    (width + MARGIN, height + MARGIN)
}

fn draw_figure(f: &mut fmt::Formatter<'_>, framed: &Framed<'_>, placed: &Placed) -> fmt::Result {
    let figure = framed.figure;
    let Some((x, y)) = placed.node(&figure.id).and_then(|node| Some((node.x?, node.y?))) else {
        return Ok(());
    };
    let (width, height) = (framed.width(), framed.height());
    let (class, fill, line, radius) = match figure.kind {
        Kind::Source => ("source", "#dbeafe", "#3b82f6", height / 2.0),
        Kind::Operator => ("operator", "#f8fafc", "#94a3b8", 6.0),
        Kind::Stateful => ("stateful", "#fef3c7", "#d97706", 6.0),
        Kind::Sink => ("sink", "#dcfce7", "#16a34a", height / 2.0),
    };
    let (left, top) = (x - width / 2.0, y - height / 2.0);
    writeln!(f, "<g id=\"{}\" class=\"{class}\">", figure.id)?;
    writeln!(
        f,
        "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"{:.1}\" fill=\"{fill}\" stroke=\"{line}\" stroke-width=\"1.5\"/>",
        radius.min(18.0)
    )?;
    let mut at = top + PADDING / 2.0 + LINE * 0.72;
    for (text, style) in &framed.lines {
        let style = match style {
            Style::Title => "font-weight=\"600\" fill=\"#0f172a\"",
            Style::Plain => "fill=\"#475569\"",
            Style::Count => "fill=\"#0f172a\"",
            Style::Warning => "fill=\"#b91c1c\"",
        };
        writeln!(
            f,
            "<text x=\"{x:.1}\" y=\"{at:.1}\" text-anchor=\"middle\" {style}>{}</text>",
            escaped(text)
        )?;
        at += LINE;
    }
    if let Some(share) = framed.share {
        // Not into the round corners.
        let inner = width - 2.0 * radius.min(18.0);
        writeln!(
            f,
            "<rect class=\"flow\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"3\" rx=\"1.5\" fill=\"{line}\"/>",
            x - inner / 2.0,
            y + height / 2.0 - 4.5,
            inner * share
        )?;
    }
    writeln!(f, "</g>")
}

fn draw_arrow(f: &mut fmt::Formatter<'_>, arrow: &Arrow, number: usize, placed: &Placed) -> fmt::Result {
    let Some(edge) = placed.edge(&arrow.from, &arrow.to, Some(&number.to_string())) else {
        return Ok(());
    };
    let [first, between @ .., last] = &edge.points[..] else {
        return Ok(());
    };
    // Through the middles between the points, each of which bends the line.
    let mut path = format!("M{:.1},{:.1}", first.x, first.y);
    for (place, point) in between.iter().enumerate() {
        let next = between.get(place + 1).unwrap_or(last);
        let end = if place + 1 == between.len() {
            (last.x, last.y)
        } else {
            ((point.x + next.x) / 2.0, (point.y + next.y) / 2.0)
        };
        path += &format!(" Q{:.1},{:.1} {:.1},{:.1}", point.x, point.y, end.0, end.1);
    }
    if between.is_empty() {
        path += &format!(" L{:.1},{:.1}", last.x, last.y);
    }
    writeln!(
        f,
        "<path d=\"{path}\" fill=\"none\" stroke=\"#64748b\" stroke-width=\"1.5\" marker-end=\"url(#head)\"/>"
    )?;
    if let (false, Some(x), Some(y)) = (arrow.stream.is_empty(), edge.x, edge.y) {
        writeln!(
            f,
            "<text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\" font-size=\"12\" fill=\"#334155\" stroke=\"#ffffff\" stroke-width=\"4\" paint-order=\"stroke\">{}</text>",
            y + 4.0,
            escaped(arrow.stream)
        )?;
    }
    Ok(())
}

/// Text that is not taken for markup.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
