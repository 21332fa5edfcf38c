//! The part that is the same in every operator that neither looks at time nor keeps anything.

/// Passes watermarks and signals on to the one output.
macro_rules! pass_on {
    () => {
        #[inline]
        fn watermark(&mut self, watermark: $crate::time::Timestamp) {
            self.next.watermark(watermark);
        }

        fn signal(&mut self, signal: &mut $crate::record::Signal<'_>) {
            self.next.signal(signal);
        }
    };
}

pub(super) use pass_on;
