//! The graph as a picture.

use std::fmt;

use dagre::graph::{Graph as Plan, GraphOptions};
use dagre::layout::types::LabelPos;
use dagre::{EdgeLabel, LayoutOptions, NodeLabel, RankDir, layout};

use super::Graph;
use super::drawing::{Arrow, Drawing, Figure, Kind};

/// Shows a [`Graph`] as SVG; see [`Graph::svg`].
#[derive(Clone, Copy, Debug)]
pub struct Svg<'a>(pub(super) &'a Graph);

/// How wide a letter is, on average, and one of a title.
const LETTER: f64 = 7.3;
const BOLD: f64 = 8.3;
const LINE: f64 = 18.0;
const PADDING: f64 = 12.0;
const FONT: &str = "font-family=\"ui-sans-serif, system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif\"";

/// The layout of a picture: boxes have middles, arrows have points.
type Placed = Plan<NodeLabel, EdgeLabel>;

impl fmt::Display for Svg<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let drawing = Drawing::of(self.0);
        let placed = place(&drawing);
        let (width, height) = size(&drawing, &placed);
        writeln!(
            f,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" viewBox=\"0 0 {width:.0} {height:.0}\" {FONT} font-size=\"13\">"
        )?;
        writeln!(f, "<title>{}</title>", escaped(self.0.name()))?;
        writeln!(
            f,
            "<defs><marker id=\"head\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\"><path d=\"M0,1 L9,5 L0,9 Z\" fill=\"#64748b\"/></marker></defs>"
        )?;
        writeln!(f, "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>")?;
        for (number, arrow) in drawing.arrows.iter().enumerate() {
            draw_arrow(f, arrow, number, &placed)?;
        }
        for figure in &drawing.figures {
            draw_figure(f, figure, &placed)?;
        }
        writeln!(f, "</svg>")
    }
}

/// Lays the boxes out in layers, from left to right.
fn place(drawing: &Drawing) -> Placed {
    let mut plan = Placed::with_options(GraphOptions {
        directed: true,
        multigraph: true,
        compound: true,
    });
    for figure in &drawing.figures {
        let label = NodeLabel {
            width: width_of(figure),
            height: height_of(figure),
            ..NodeLabel::default()
        };
        plan.set_node(figure.id.clone(), Some(label));
    }
    for (number, arrow) in drawing.arrows.iter().enumerate() {
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
        marginx: 16.0,
        marginy: 16.0,
        ..LayoutOptions::default()
    };
    layout(&mut plan, Some(options));
    plan
}

#[expect(clippy::cast_precision_loss, reason = "a box has few letters")]
fn letters(text: &str) -> f64 {
    text.chars().count() as f64
}

/// The lines of a box, the title first.
fn lines(figure: &Figure) -> impl Iterator<Item = &String> {
    let title = Some(&figure.title).filter(|title| !title.is_empty());
    title.into_iter().chain(&figure.lines)
}

fn width_of(figure: &Figure) -> f64 {
    let longest = figure.lines.iter().map(|line| letters(line) * LETTER);
    longest.fold(letters(&figure.title) * BOLD, f64::max).max(30.0) + 2.0 * PADDING
}

#[expect(clippy::cast_precision_loss, reason = "a box has few lines")]
fn height_of(figure: &Figure) -> f64 {
    lines(figure).count().max(1) as f64 * LINE + PADDING
}

/// How large the picture is: the farthest box, and the margin.
fn size(drawing: &Drawing, placed: &Placed) -> (f64, f64) {
    let corners = drawing.figures.iter().filter_map(|figure| {
        let node = placed.node(&figure.id)?;
        Some((node.x? + node.width / 2.0, node.y? + node.height / 2.0))
    });
    let (width, height) = corners.fold((0.0, 0.0), |(x, y), (right, bottom)| {
        (f64::max(x, right), f64::max(y, bottom))
    });
    (width + 16.0, height + 16.0)
}

fn draw_figure(f: &mut fmt::Formatter<'_>, figure: &Figure, placed: &Placed) -> fmt::Result {
    let Some((x, y)) = placed.node(&figure.id).and_then(|node| Some((node.x?, node.y?))) else {
        return Ok(());
    };
    let (width, height) = (width_of(figure), height_of(figure));
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
    for text in lines(figure) {
        let style = if *text == figure.title {
            "font-weight=\"600\" fill=\"#0f172a\""
        } else {
            "fill=\"#475569\""
        };
        writeln!(
            f,
            "<text x=\"{x:.1}\" y=\"{at:.1}\" text-anchor=\"middle\" {style}>{}</text>",
            escaped(text)
        )?;
        at += LINE;
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
