//! What states of a single value have in common.

/// Implements [`States`](super::States) for a state of one value: `note` has it note when it is, `$is_written` says whether there is something that may
/// expire, `$forget` removes it and says whether a first value is to be put in its place, `$take` puts it there.
macro_rules! one_state {
    ($State:ident, $name:literal, |$read:ident| $is_written:expr, |$this:ident| $forget:expr, |$old:ident, $first:ident| $take:expr) => {
        impl<T, E: Expiry> States for $State<T, E> {
            const FIELDS: usize = 1;
            const EXPIRES: bool = E::EXPIRES;
            const ALL_EXPIRE: bool = E::EXPIRES;
            const MAY_BE_LONG: bool = false;

            fn describe(each: &mut impl FnMut(String, bool)) {
                each(format!("{}{}", $name, name_of::<T>()), E::EXPIRES);
            }

            #[inline]
            fn enter(&mut self, times: &Times, ttls: &[FieldTtl]) -> bool {
                if !E::EXPIRES {
                    return false;
                }
                self.note(times, &ttls[0]);
                if !times.has_expired(E::time(self.stamp), &ttls[0]) {
                    return false;
                }
                self.stamp = E::Stamp::default();
                let $this = self;
                $forget
            }

            #[inline]
            fn refresh(&mut self, times: &Times, ttls: &[FieldTtl]) {
                if E::EXPIRES && self.is_fresh() {
                    self.note(times, &ttls[0]);
                    self.stamp = E::at(times.written(&ttls[0]));
                }
            }

            fn start_again(&mut self, first: Self, _times: &Times, _ttls: &[FieldTtl]) {
                if E::EXPIRES && E::time(self.stamp) == UNWRITTEN {
                    let ($old, $first) = (self, first);
                    $take
                }
            }

            #[inline]
            fn blank(&self) -> u64 {
                let $read = self;
                u64::from(E::EXPIRES && !$is_written)
            }

            fn due(&self, domain: TimeDomain, ttls: &[FieldTtl]) -> Timestamp {
                ttls[0].due(domain, E::time(self.stamp))
            }

            fn restamp(&mut self, _field: usize, written: Timestamp) {
                if E::time(self.stamp) != UNWRITTEN {
                    self.stamp = E::at(written);
                }
            }
        }
    };
}

pub(super) use one_state;
