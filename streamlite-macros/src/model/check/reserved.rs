//! Ports that are called as a part of the test driver is.
//!
//! `name::test(…)` returns a struct with a field for each port, and the clock. Two fields of one name cannot be.

use crate::errors::Errors;
use crate::syntax::Parameter;

pub(super) fn reserved(parameters: &[Parameter], errors: &mut Errors) {
    let ports = parameters
        .iter()
        .filter(|parameter| matches!(parameter, Parameter::Source(..) | Parameter::Sink(..)));
    for name in ports.map(Parameter::name).filter(|name| *name == "clock") {
        let text = "the test driver has a `clock` of its own: give this port another name, such as `times`";
        errors.at(name.span(), text);
    }
}
