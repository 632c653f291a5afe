//! Reproducible chance for generated cases.

/// A generator of numbers (SplitMix64), the same for the same seed.
pub(crate) struct Random(u64);

impl Random {
    /// Numbers of a test, whose seed a failure shows.
    #[expect(clippy::print_stdout, reason = "a test with chance in it must name its seed")]
    pub(crate) fn new(seed: u64) -> Self {
        println!("seed {seed:#x}");
        Random(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }

    pub(crate) fn pick<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len())]
    }

    /// One of the choices in one of `of` cases, else nothing.
    pub(crate) fn perhaps<'a>(&mut self, of: usize, choices: &[&'a str]) -> &'a str {
        if self.below(of) == 0 { self.pick(choices) } else { "" }
    }

    /// The text with one to three characters removed, doubled, swapped or replaced.
    pub(crate) fn mutated(&mut self, text: &str, alphabet: &str) -> String {
        let mut characters: Vec<char> = text.chars().collect();
        let alphabet: Vec<char> = alphabet.chars().collect();
        for _ in 0..=self.below(3) {
            let at = self.below(characters.len() + 1);
            let new = alphabet[self.below(alphabet.len())];
            match self.below(4) {
                0 => characters.insert(at, new),
                1 if at < characters.len() => characters[at] = new,
                2 if at < characters.len() => drop(characters.remove(at)),
                3 if at + 1 < characters.len() => characters.swap(at, at + 1),
                _ => {}
            }
        }
        characters.into_iter().collect()
    }
}
