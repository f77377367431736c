package validate

// SameCodec is for tests.
var SameCodec = sameCodec
