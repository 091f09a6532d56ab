// Texts that several parts of the package read and write: strings of JSON, text within HTML, Base64, times in the forms of
// RFC 3339 and HTTP, lists with blanks in them. It knows nothing of sockets or messages.
