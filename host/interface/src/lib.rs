//! From a validated model to its C header, descriptor and JSON.
