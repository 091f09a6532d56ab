// Texts that several parts of the package write: strings of JSON, text within HTML, Base64, times. It knows nothing of sockets or HTTP.
