// Texts that several parts of the package write: strings of JSON, text within HTML, Base64, times in the forms of RFC 3339 and HTTP.
// It knows nothing of sockets or messages.
