//! What the encoding of a file may be that is not UTF-8 text.

/// What was seen of the bytes of a file.
#[derive(Default)]
pub struct Guess {
    first: Vec<u8>,
    length: u64,
    /// How many bytes at even and at odd places are zero.
    nuls: [u64; 2],
    /// There is a byte that is a control character in LATIN1, but a letter or a quote in WINDOWS-1252.
    windows: bool,
}

impl Guess {
    /// Looks at the bytes that come next.
    pub fn add(&mut self, bytes: &[u8]) {
        self.first.extend(bytes.iter().take(2 - self.first.len()));
        let odd = self.length as usize % 2;
        for (index, byte) in bytes.iter().enumerate() {
            self.nuls[(index + odd) % 2] += u64::from(*byte == 0);
            self.windows |= (0x80..0xa0).contains(byte);
        }
        self.length += bytes.len() as u64;
    }

    /// The encoding that the file most likely has, if it is not UTF-8.
    pub fn name(&self) -> Option<&'static str> {
        let many = self.length / 8;
        match self.first.as_slice() {
            [0xff, 0xfe] => Some("UTF-16LE"),
            [0xfe, 0xff] => Some("UTF-16BE"),
            _ if self.nuls[1] > many => Some("UTF-16LE"),
            _ if self.nuls[0] > many => Some("UTF-16BE"),
            _ if self.nuls != [0, 0] => None,
            _ if self.windows => Some("WINDOWS-1252"),
            _ => Some("LATIN1"),
        }
    }
}
