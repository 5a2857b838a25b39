//! Bounds on what is read: a FlatBuffer can name the same bytes many times over.

use crate::ir::problem::Problem;

/// Longest name kept, in bytes.
const MAX_NAME: usize = 4096;

/// A reference to outside the file: reading stops.
#[derive(Debug)]
pub struct Broken(pub Problem);

impl From<planus::Error> for Broken {
    fn from(error: planus::Error) -> Self {
        Broken(Problem::file(format!("damaged file: {error}"), ""))
    }
}

/// Bytes that may still be copied out of the file.
#[derive(Debug)]
pub struct Budget(pub usize);

impl Budget {
    /// Takes this many bytes from the budget.
    pub fn spend(&mut self, bytes: usize) -> Result<(), Broken> {
        match self.0.checked_sub(bytes) {
            Some(left) => self.0 = left,
            None => {
                return Err(Broken(Problem::file(
                    "the same bytes are referred to many times, more than a converter would do",
                    "",
                )));
            }
        }
        Ok(())
    }

    /// A copy of a text, up to a length.
    pub fn text(&mut self, source: Option<&str>) -> Result<String, Broken> {
        let source = source.unwrap_or_default();
        let mut end = source.len().min(MAX_NAME);
        while !source.is_char_boundary(end) {
            end -= 1;
        }
        // All of it was already read, to check that it is UTF-8.
        self.spend(source.len())?;
        Ok(source[..end].to_owned())
    }

    /// A copy of a list of numbers that is not longer than `most`.
    pub fn numbers(
        &mut self,
        source: Option<planus::Vector<'_, i32>>,
        most: usize,
        what: &str,
    ) -> Result<Vec<i32>, Broken> {
        let list = few(source, most, what)?.collect::<Vec<i32>>();
        self.spend(4 * list.len())?;
        Ok(list)
    }
}

/// The elements of a list that is not longer than `most`.
pub fn few<'a, T>(
    source: Option<planus::Vector<'a, T>>,
    most: usize,
    what: &str,
) -> Result<impl Iterator<Item = <planus::Vector<'a, T> as IntoIterator>::Item> + use<'a, T>, Broken>
where
    planus::Vector<'a, T>: IntoIterator,
{
    match &source {
        Some(list) if list.len() > most => {
            Err(Broken(Problem::file(format!("{} {what}", list.len()), format!("up to {most}"))))
        }
        _ => Ok(source.into_iter().flatten()),
    }
}
