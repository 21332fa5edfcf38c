//! What becomes of a result: the key, the window and the value together.

use crate::window::Windowed;

/// Makes a record of a group's key, its window (`()` where there is none) and its result.
pub trait Finish<K, W, V> {
    /// The record.
    type Out;

    /// The record of a group that goes on.
    fn finish(&mut self, key: &K, window: W, value: V) -> Self::Out;

    /// The record of a group that is done with.
    #[inline]
    fn finish_owned(&mut self, key: K, window: W, value: V) -> Self::Out {
        self.finish(&key, window, value)
    }
}

/// A closure over key, window and value.
#[derive(Clone, Copy, Debug)]
pub struct WithBoth<F>(pub(crate) F);

/// A closure over key and value.
#[derive(Clone, Copy, Debug)]
pub struct WithKey<F>(pub(crate) F);

/// A closure over window and value.
#[derive(Clone, Copy, Debug)]
pub struct WithWindow<F>(pub(crate) F);

/// A closure over the value.
#[derive(Clone, Copy, Debug)]
pub struct WithNothing<F>(pub(crate) F);

/// [`Windowed`], as the short forms on windows give.
#[derive(Clone, Copy, Debug)]
pub struct AsWindowed;

/// `(key, value)`, as the short forms on keyed streams give.
#[derive(Clone, Copy, Debug)]
pub struct AsPair;

/// The value alone.
#[derive(Clone, Copy, Debug)]
pub struct AsValue;

impl<K, W, V, U, F: FnMut(&K, W, V) -> U> Finish<K, W, V> for WithBoth<F> {
    type Out = U;

    fn finish(&mut self, key: &K, window: W, value: V) -> U {
        (self.0)(key, window, value)
    }
}

impl<K, V, U, F: FnMut(&K, V) -> U> Finish<K, (), V> for WithKey<F> {
    type Out = U;

    fn finish(&mut self, key: &K, _window: (), value: V) -> U {
        (self.0)(key, value)
    }
}

impl<W, V, U, F: FnMut(W, V) -> U> Finish<(), W, V> for WithWindow<F> {
    type Out = U;

    fn finish(&mut self, _key: &(), window: W, value: V) -> U {
        (self.0)(window, value)
    }
}

impl<V, U, F: FnMut(V) -> U> Finish<(), (), V> for WithNothing<F> {
    type Out = U;

    fn finish(&mut self, _key: &(), _window: (), value: V) -> U {
        (self.0)(value)
    }
}

impl<K: Clone, W, V> Finish<K, W, V> for AsWindowed {
    type Out = Windowed<K, V, W>;

    fn finish(&mut self, key: &K, window: W, value: V) -> Windowed<K, V, W> {
        Windowed {
            key: key.clone(),
            window,
            value,
        }
    }

    fn finish_owned(&mut self, key: K, window: W, value: V) -> Windowed<K, V, W> {
        Windowed { key, window, value }
    }
}

impl<K: Clone, V> Finish<K, (), V> for AsPair {
    type Out = (K, V);

    fn finish(&mut self, key: &K, _window: (), value: V) -> (K, V) {
        (key.clone(), value)
    }

    fn finish_owned(&mut self, key: K, _window: (), value: V) -> (K, V) {
        (key, value)
    }
}

impl<V> Finish<(), (), V> for AsValue {
    type Out = V;

    fn finish(&mut self, _key: &(), _window: (), value: V) -> V {
        value
    }
}
