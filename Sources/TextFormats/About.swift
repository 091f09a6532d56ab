// Texts that several parts of the package write: strings of JSON, Base64, times. It knows nothing of sockets or HTTP.
