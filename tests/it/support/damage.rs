//! Mutation fuzzing: bytes with a few of them changed, reproducible by a seed.

/// Hands damaged copies of the bytes to a test, `rounds` of them at depth `full` and a twentieth
/// otherwise. The seed is printed, and shown where the test fails.
#[expect(clippy::disallowed_methods, reason = "the depth of tests comes from the environment")]
#[expect(clippy::print_stderr, reason = "a failing test shows its seed")]
pub(crate) fn damaged(seed: u64, rounds: usize, bytes: &[u8], mut test: impl FnMut(usize, &[u8])) {
    let full = std::env::var("PYRELEASE_TEST_DEPTH").is_ok_and(|depth| depth == "full");
    let rounds = if full { rounds } else { rounds / 20 };
    eprintln!("seed {seed:#x}, {rounds} rounds");
    let mut numbers = Numbers(seed);
    for round in 0..rounds {
        let mut copy = bytes.to_vec();
        for _ in 0..=numbers.below(4) {
            let place = numbers.below(copy.len());
            copy[place] = u8::try_from(numbers.below(256)).expect("a byte");
        }
        if numbers.below(8) == 0 {
            copy.truncate(numbers.below(bytes.len()));
        }
        test(round, &copy);
    }
}

/// xorshift64.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound as u64).expect("below a usize")
    }
}
