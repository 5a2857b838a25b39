//! The header of a `.npy` file: a dictionary of three entries; all other Python is refused.

/// The most dimensions that NumPy allows.
const MAX_RANK: usize = 64;

/// A header that `numpy.save` does not write.
pub struct HeaderError {
    /// Offset in the text.
    pub at: usize,
    /// What was expected.
    pub what: &'static str,
}

/// The dictionary before the data.
pub struct Header {
    /// Element type, as NumPy writes it.
    pub descr: String,
    /// Whether the first dimension is the innermost.
    pub fortran_order: bool,
    /// Dimensions, outermost first.
    pub shape: Vec<usize>,
}

impl Header {
    /// Reads the text of a header: a Python literal, as `numpy.save` writes it.
    pub fn parse(text: &[u8]) -> Result<Self, HeaderError> {
        let mut parser = Parser { text, at: 0 };
        let (mut descr, mut fortran_order, mut shape) = (None, None, None);
        parser.expect(b'{', "expected '{'")?;
        while !parser.accept(b'}') {
            let key = parser.string()?;
            parser.expect(b':', "expected ':'")?;
            match key.as_str() {
                "descr" => descr = Some(parser.string()?),
                "fortran_order" => fortran_order = Some(parser.boolean()?),
                "shape" => shape = Some(parser.tuple()?),
                _ => return Err(parser.error("expected one of the keys 'descr', 'fortran_order' and 'shape'")),
            }
            if !parser.accept(b',') {
                parser.expect(b'}', "expected ',' or '}'")?;
                break;
            }
        }
        parser.skip_spaces();
        if parser.at != text.len() {
            return Err(parser.error("expected the end of the header"));
        }
        match (descr, fortran_order, shape) {
            (Some(descr), Some(fortran_order), Some(shape)) => Ok(Header { descr, fortran_order, shape }),
            _ => Err(parser.error("one of 'descr', 'fortran_order' and 'shape' is missing")),
        }
    }
}

struct Parser<'a> {
    text: &'a [u8],
    at: usize,
}

impl Parser<'_> {
    fn error(&self, what: &'static str) -> HeaderError {
        HeaderError { at: self.at, what }
    }

    fn skip_spaces(&mut self) {
        while self.text.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
    }

    fn accept(&mut self, byte: u8) -> bool {
        self.skip_spaces();
        let found = self.text.get(self.at) == Some(&byte);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, byte: u8, what: &'static str) -> Result<(), HeaderError> {
        if self.accept(byte) { Ok(()) } else { Err(self.error(what)) }
    }

    /// A quoted string without escapes.
    fn string(&mut self) -> Result<String, HeaderError> {
        self.skip_spaces();
        let quote = match self.text.get(self.at) {
            Some(&quote @ (b'\'' | b'"')) => quote,
            _ => return Err(self.error("expected a quoted string (structured types are not supported)")),
        };
        let rest = &self.text[self.at + 1..];
        let end = rest.iter().position(|&byte| byte == quote).ok_or_else(|| self.error("unterminated string"))?;
        let text = std::str::from_utf8(&rest[..end]).map_err(|_| self.error("the text is not UTF-8"))?.to_owned();
        self.at += end + 2;
        Ok(text)
    }

    fn boolean(&mut self) -> Result<bool, HeaderError> {
        self.skip_spaces();
        let rest = &self.text[self.at..];
        for (word, value) in [("True", true), ("False", false)] {
            if rest.starts_with(word.as_bytes()) {
                self.at += word.len();
                return Ok(value);
            }
        }
        Err(self.error("expected True or False"))
    }

    fn tuple(&mut self) -> Result<Vec<usize>, HeaderError> {
        let mut items = Vec::new();
        self.expect(b'(', "expected '('")?;
        while !self.accept(b')') {
            if items.len() == MAX_RANK {
                return Err(self.error("more than 64 dimensions"));
            }
            items.push(self.number()?);
            if !self.accept(b',') {
                self.expect(b')', "expected ',' or ')'")?;
                break;
            }
        }
        Ok(items)
    }

    fn number(&mut self) -> Result<usize, HeaderError> {
        self.skip_spaces();
        let start = self.at;
        while self.text.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
        let digits = std::str::from_utf8(&self.text[start..self.at]).unwrap_or_default();
        let number = digits.parse().map_err(|_| self.error("expected a number that fits in memory"))?;
        // Python 2 wrote long integers with an L.
        if self.text.get(self.at) == Some(&b'L') {
            self.at += 1;
        }
        Ok(number)
    }
}
