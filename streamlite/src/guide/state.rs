//! State of one's own: processes, their states, and how long they live.
