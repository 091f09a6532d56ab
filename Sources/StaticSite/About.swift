// Files of a folder, served over HTTP: what a request asks for, which file that is, and how it is answered.
//
// It knows neither sockets nor workers: `Site.answer` takes a request's head and returns an answer whose body is bytes or
// pieces of an open file. Read in this order: `Site`, then Paths/ (what a target names), Files/ (how a file is reached
// without leaving the folder), Conditions/ and Ranges/ (RFC 9110, sections 13 and 14).
