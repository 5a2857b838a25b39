//! The part of the FlatBuffers format that is needed for models that no converter writes: parents first, so that any number of
//! offsets can refer to the same bytes.

/// A field of a table.
#[derive(Clone, Copy)]
pub enum Field {
    /// One byte.
    Byte(u8),
    /// Four bytes, whatever they mean.
    Word(u32),
    /// An offset that is filled in later.
    Later,
}

/// A buffer that grows at its end.
pub struct Buffer(pub Vec<u8>);

/// The position of an offset that is not filled in yet.
#[derive(Clone, Copy)]
pub struct Hole(usize);

impl Buffer {
    /// A buffer with the identifier of a `.tflite` file, and the hole for its root.
    pub fn new() -> (Buffer, Hole) {
        (Buffer(b"\0\0\0\0TFL3".to_vec()), Hole(0))
    }

    /// Makes a hole refer to a position; any number of holes may refer to the same one.
    pub fn fill(&mut self, hole: Hole, place: usize) {
        let offset = u32::try_from(place - hole.0).expect("a buffer of less than 4 GiB");
        self.0[hole.0..hole.0 + 4].copy_from_slice(&offset.to_le_bytes());
    }

    /// A table: its place, and the holes of its offsets in order. `fields` are (number in the schema, content).
    pub fn table(&mut self, fields: &[(u16, Field)]) -> (usize, Vec<Hole>) {
        self.align();
        let slots = fields.iter().map(|(slot, _)| slot + 1).max().unwrap_or(0);
        let size = 4 + 2 * slots;
        let mut offsets = vec![0u16; usize::from(slots)];
        for (at, (slot, _)) in (0u16..).zip(fields) {
            offsets[usize::from(*slot)] = 4 + 4 * at;
        }
        for word in [size, 4 + 4 * fields.len() as u16].iter().chain(&offsets) {
            self.0.extend(word.to_le_bytes());
        }
        // The table contains the distance back to its list of offsets.
        let list = self.0.len() - usize::from(size);
        self.align();
        let place = self.0.len();
        self.0.extend(((place - list) as u32).to_le_bytes());
        let mut holes = Vec::new();
        for (_, field) in fields {
            match field {
                Field::Byte(byte) => self.0.extend([*byte, 0, 0, 0]),
                Field::Word(word) => self.0.extend(word.to_le_bytes()),
                Field::Later => {
                    holes.push(Hole(self.0.len()));
                    self.0.extend([0; 4]);
                }
            }
        }
        (place, holes)
    }

    /// A vector of offsets: its place and holes.
    pub fn offsets(&mut self, count: usize) -> (usize, Vec<Hole>) {
        let place = self.words(&vec![0; count]);
        (place, (0..count).map(|i| Hole(place + 4 + 4 * i)).collect())
    }

    /// A vector of `count` offsets that all refer to what `make` writes after it.
    pub fn same(&mut self, hole: Hole, count: usize, make: impl FnOnce(&mut Buffer) -> usize) {
        let (place, holes) = self.offsets(count);
        self.fill(hole, place);
        let target = make(self);
        for hole in holes {
            self.fill(hole, target);
        }
    }

    /// A vector of 32-bit numbers.
    pub fn words(&mut self, words: &[u32]) -> usize {
        self.align();
        let place = self.0.len();
        self.0.extend((words.len() as u32).to_le_bytes());
        words.iter().for_each(|word| self.0.extend(word.to_le_bytes()));
        place
    }

    /// A vector of bytes, or a text, followed by a zero.
    pub fn bytes(&mut self, bytes: &[u8]) -> usize {
        self.align();
        let place = self.0.len();
        self.0.extend((bytes.len() as u32).to_le_bytes());
        self.0.extend(bytes);
        self.0.push(0);
        place
    }

    fn align(&mut self) {
        self.0.resize(self.0.len().next_multiple_of(4), 0);
    }
}
