use streamlite::prelude::*;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Reading {
    pub sensor: u32,
    pub temp: f64,
    pub name: String,
    pub at: i64,
}

pipeline!(
    fn p(readings: Source<Reading>, out: Sink<Reading>) {
        match readings {
            r if r.at == 1 => a = r,
            r if r.at == 2 => b = r,
            r if r.at == 3 => c = r,
            r if r.at == 4 => d = r,
            r if r.at == 5 => e = r,
            r if r.at == 6 => f = r,
            r if r.at == 7 => g = r,
            r if r.at == 8 => h = r,
            r => i = r,
        }
        a.to(out);
    }
);

fn main() {}
