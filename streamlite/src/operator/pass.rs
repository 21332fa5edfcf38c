//! The part that is the same in every operator that neither looks at time nor keeps anything.

/// Passes watermarks and control signals on to the one output.
macro_rules! pass_on {
    () => {
        #[inline]
        fn watermark(&mut self, watermark: $crate::time::Timestamp) {
            self.next.watermark(watermark);
        }

        #[inline]
        fn next_due(&self, watermark: $crate::time::Timestamp) -> $crate::time::Timestamp {
            self.next.next_due(watermark)
        }

        fn control(&mut self, control: &mut $crate::control::Control<'_>) {
            self.next.control(control);
        }
    };
}

pub(super) use pass_on;
