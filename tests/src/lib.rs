//! What the tests share: records, and naive models that share no code with the library.
