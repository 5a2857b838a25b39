//! Model Library Format: reading, validating and writing of model archives.
