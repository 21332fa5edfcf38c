use streamlite::prelude::*;

pipeline!(
    fn summed(numbers: Stream<u64>) -> Stream<u64> {
        let first = numbers
            .map(|n| n + 0)
            .map(|n| n + 1)
            .map(|n| n + 2)
            .map(|n| n + 3)
            .map(|n| n + 4)
            .map(|n| n + 5)
            .map(|n| n + 6)
            .map(|n| n + 7)
            .map(|n| n + 8)
            .map(|n| n + 9)
            .map(|n| n + 10)
            .map(|n| n + 11)
            .map(|n| n + 12)
            .map(|n| n + 13)
            .map(|n| n + 14)
            .map(|n| n + 15)
            .map(|n| n + 16)
            .map(|n| n + 17)
            .map(|n| n + 18)
            .map(|n| n + 19);
        let second = first
            .map(|n| n + 0)
            .map(|n| n + 1)
            .map(|n| n + 2)
            .map(|n| n + 3)
            .map(|n| n + 4)
            .map(|n| n + 5)
            .map(|n| n + 6)
            .map(|n| n + 7)
            .map(|n| n + 8)
            .map(|n| n + 9)
            .map(|n| n + 10)
            .map(|n| n + 11)
            .map(|n| n + 12)
            .map(|n| n + 13)
            .map(|n| n + 14)
            .map(|n| n + 15)
            .map(|n| n + 16)
            .map(|n| n + 17)
            .map(|n| n + 18)
            .map(|n| n + 19);
        let third = second
            .map(|n| n + 0)
            .map(|n| n + 1)
            .map(|n| n + 2)
            .map(|n| n + 3)
            .map(|n| n + 4)
            .map(|n| n + 5)
            .map(|n| n + 6)
            .map(|n| n + 7)
            .map(|n| n + 8)
            .map(|n| n + 9)
            .map(|n| n + 10)
            .map(|n| n + 11)
            .map(|n| n + 12)
            .map(|n| n + 13)
            .map(|n| n + 14)
            .map(|n| n + 15)
            .map(|n| n + 16)
            .map(|n| n + 17)
            .map(|n| n + 18)
            .map(|n| n + 19);
        third
    }
);

fn main() {}
