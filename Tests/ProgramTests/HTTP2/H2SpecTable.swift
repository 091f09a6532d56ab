/// Which case here checks what each case of h2spec does (by its section and number; the one of `--strict` is there, too).
enum H2SpecTable {
    /// One line for each case of h2spec: where it stands there, and the name of the case here.
    static let text = """
        generic/1/1 After the preface the server's first frame is SETTINGS, and ours are acknowledged
        generic/2/1 PRIORITY on an idle stream is taken
        generic/2/2 WINDOW_UPDATE after END_STREAM is taken
        generic/2/3 PRIORITY after END_STREAM is taken
        generic/2/4 RST_STREAM after END_STREAM is taken
        generic/2/5 PRIORITY, WINDOW_UPDATE and RST_STREAM on a stream that both have ended are ignored
        generic/3.1/1 POST is answered
        generic/3.1/2 POST in several DATA is answered
        generic/3.1/3 DATA with padding is taken without it
        generic/3.2/1 GET is answered, with a date and a name for the request
        generic/3.2/2 HEADERS with padding is taken without it
        generic/3.2/3 HEADERS with priority is a request
        generic/3.3/1 PRIORITY of the least and the greatest weight is taken
        generic/3.3/2 PRIORITY of the least and the greatest weight is taken
        generic/3.3/3 PRIORITY with a dependency, an exclusive one too, is taken
        generic/3.3/4 PRIORITY with a dependency, an exclusive one too, is taken
        generic/3.3/5 PRIORITY for a higher number leaves lower ones idle
        generic/3.4/1 RST_STREAM in the middle of a body is taken
        generic/3.5/1 SETTINGS with every setting is acknowledged
        generic/3.7/1 PING is answered with the same eight bytes, in the order in which they came
        generic/3.8/1 An answer that is under way when the client says GOAWAY comes whole
        generic/3.9/1 WINDOW_UPDATE of 1 on the connection is taken
        generic/3.9/2 WINDOW_UPDATE of 1 on a stream is taken
        generic/3.10/1 A header block in two frames is one request
        generic/3.10/2 A header block in three frames is one request
        generic/4/1 GET is answered, with a date and a name for the request
        generic/4/2 HEAD is answered with the length of the body and without it
        generic/4/3 POST is answered
        generic/4/4 Trailers are read and dropped
        generic/5/1 A field of the static table with an empty value is read
        generic/5/2 A literal with incremental indexing in Huffman code is read
        generic/5/3 A literal with incremental indexing is read
        generic/5/4 A literal with incremental indexing is read
        generic/5/5 A literal with incremental indexing in Huffman code is read
        generic/5/6 A literal without indexing is read
        generic/5/7 A literal without indexing in Huffman code is read
        generic/5/8 A literal without indexing is read
        generic/5/9 A literal without indexing in Huffman code is read
        generic/5/10 A literal that is never indexed is read
        generic/5/11 A literal that is never indexed in Huffman code is read
        generic/5/12 A literal that is never indexed in Huffman code is read
        generic/5/13 A literal that is never indexed in Huffman code is read
        generic/5/14 A new size of the dynamic table is taken
        generic/5/15 Two sizes of the dynamic table are taken
        http2/3.5/1 After the preface the server's first frame is SETTINGS, and ours are acknowledged
        http2/3.5/2 A preface that is none ends the connection
        http2/4.1/1 A frame of an unknown type is ignored
        http2/4.1/2 Flags without a meaning are ignored
        http2/4.1/3 The reserved bit of a stream's number is ignored
        http2/4.2/1 DATA of 16,384 bytes is taken
        http2/4.2/2 DATA that is too long is FRAME_SIZE_ERROR
        http2/4.2/3 HEADERS that is too long ends the connection
        http2/4.3/1 A header block that ends in the middle of a field is COMPRESSION_ERROR
        http2/4.3/2 PRIORITY within a header block ends the connection
        http2/4.3/3 HEADERS of another stream within a header block ends the connection
        http2/5.1/1 DATA on an idle stream is an error
        http2/5.1/2 RST_STREAM on an idle stream ends the connection
        http2/5.1/3 WINDOW_UPDATE on an idle stream ends the connection
        http2/5.1/4 CONTINUATION on an idle stream ends the connection
        http2/5.1/5 DATA after END_STREAM is STREAM_CLOSED
        http2/5.1/6 HEADERS after END_STREAM is STREAM_CLOSED
        http2/5.1/7 CONTINUATION after END_STREAM is an error
        http2/5.1/8 DATA after the client's RST_STREAM is STREAM_CLOSED
        http2/5.1/9 HEADERS after the client's RST_STREAM is an error
        http2/5.1/10 CONTINUATION after the client's RST_STREAM is an error
        http2/5.1/11 DATA on a stream that both have ended is STREAM_CLOSED
        http2/5.1/12 HEADERS on a stream that both have ended ends the connection
        http2/5.1/13 CONTINUATION on a stream that both have ended ends the connection
        http2/5.1.1/1 An even number ends the connection
        http2/5.1.1/2 A number below one that was used ends the connection
        http2/5.1.2/1 A stream more than the settings allow is RST_STREAM REFUSED_STREAM, and there is room again later
        http2/5.3.1/1 A stream whose HEADERS says that it depends on itself is PROTOCOL_ERROR
        http2/5.3.1/2 A stream whose PRIORITY says that it depends on itself is PROTOCOL_ERROR
        http2/5.4.1/1 PING on a stream ends the connection
        http2/5.4.1/2 PING on a stream ends the connection
        http2/5.5/1 A frame of an unknown type is ignored
        http2/5.5/2 A frame of an unknown type within a header block ends the connection
        http2/6.1/1 DATA on no stream ends the connection
        http2/6.1/2 DATA in the same segment as END_STREAM before it is STREAM_CLOSED
        http2/6.1/3 DATA with more padding than frame ends the connection
        http2/6.2/1 PRIORITY within a header block ends the connection
        http2/6.2/2 HEADERS of another stream within a header block ends the connection
        http2/6.2/3 HEADERS on no stream ends the connection
        http2/6.2/4 HEADERS with more padding than frame is PROTOCOL_ERROR
        http2/6.3/1 PRIORITY on no stream ends the connection
        http2/6.3/2 PRIORITY of four bytes is FRAME_SIZE_ERROR
        http2/6.4/1 RST_STREAM on no stream ends the connection
        http2/6.4/2 RST_STREAM on an idle stream ends the connection
        http2/6.4/3 RST_STREAM of three bytes ends the connection
        http2/6.5/1 An acknowledgment with content ends the connection
        http2/6.5/2 SETTINGS on a stream ends the connection
        http2/6.5/3 SETTINGS of three bytes ends the connection
        http2/6.5.2/1 ENABLE_PUSH that is neither 0 nor 1 ends the connection
        http2/6.5.2/2 INITIAL_WINDOW_SIZE of 2^31 ends the connection
        http2/6.5.2/3 MAX_FRAME_SIZE of 16,383 ends the connection
        http2/6.5.2/4 MAX_FRAME_SIZE of 2^24 ends the connection
        http2/6.5.2/5 An unknown setting is ignored
        http2/6.5.3/1 Values of one SETTINGS take effect in their order
        http2/6.5.3/2 SETTINGS with every setting is acknowledged
        http2/6.7/1 PING is answered with the same eight bytes, in the order in which they came
        http2/6.7/2 An answer to a PING that was never sent is ignored
        http2/6.7/3 PING on a stream ends the connection
        http2/6.7/4 PING of six bytes ends the connection
        http2/6.8/1 GOAWAY on a stream ends the connection
        http2/6.9/1 WINDOW_UPDATE of 0 on the connection ends it
        http2/6.9/2 WINDOW_UPDATE of 0 on a stream is PROTOCOL_ERROR
        http2/6.9/3 WINDOW_UPDATE of three bytes ends the connection
        http2/6.9.1/1 No more DATA comes than a stream's window has room for
        http2/6.9.1/2 A window of the connection over 2^31 - 1 is GOAWAY FLOW_CONTROL_ERROR
        http2/6.9.1/3 A window of a stream over 2^31 - 1 is RST_STREAM FLOW_CONTROL_ERROR
        http2/6.9.2/1 A larger INITIAL_WINDOW_SIZE lets waiting answers go on
        http2/6.9.2/2 A smaller INITIAL_WINDOW_SIZE makes a window negative, and only more than the difference helps
        http2/6.9.2/3 INITIAL_WINDOW_SIZE of 2^31 ends the connection
        http2/6.10/1 A head of three frames that is within the limits is answered
        http2/6.10/2 DATA in place of a CONTINUATION ends the connection
        http2/6.10/3 CONTINUATION on no stream ends the connection
        http2/6.10/4 CONTINUATION after a complete HEADERS ends the connection
        http2/6.10/5 CONTINUATION after a complete CONTINUATION ends the connection
        http2/6.10/6 CONTINUATION after DATA ends the connection
        http2/7/1 GOAWAY with an unknown code is no error
        http2/7/2 RST_STREAM with an unknown code is taken
        http2/8.1/1 Trailers without END_STREAM are RST_STREAM PROTOCOL_ERROR
        http2/8.1.2/1 A name in upper case is RST_STREAM PROTOCOL_ERROR
        http2/8.1.2.1/1 An unknown pseudo-field is RST_STREAM PROTOCOL_ERROR
        http2/8.1.2.1/2 A pseudo-field of responses is RST_STREAM PROTOCOL_ERROR
        http2/8.1.2.1/3 Trailers with :method are RST_STREAM PROTOCOL_ERROR
        http2/8.1.2.1/4 A pseudo-field after a field is RST_STREAM PROTOCOL_ERROR
        http2/8.1.2.2/1 Connection is RST_STREAM PROTOCOL_ERROR
        http2/8.1.2.2/2 TE with more than trailers is RST_STREAM PROTOCOL_ERROR
        http2/8.1.2.3/1 An empty :path is RST_STREAM PROTOCOL_ERROR
        http2/8.1.2.3/2 No :method and no :scheme is RST_STREAM PROTOCOL_ERROR
        http2/8.1.2.3/3 No :scheme is RST_STREAM PROTOCOL_ERROR
        http2/8.1.2.3/4 No :path is RST_STREAM PROTOCOL_ERROR
        http2/8.1.2.3/5 A second :method is RST_STREAM PROTOCOL_ERROR
        http2/8.1.2.3/6 A second :scheme is RST_STREAM PROTOCOL_ERROR
        http2/8.1.2.3/7 A second :path is RST_STREAM PROTOCOL_ERROR
        http2/8.1.2.6/1 A body longer than its length is RST_STREAM PROTOCOL_ERROR, unseen by the worker
        http2/8.1.2.6/2 A body in two frames longer than its length is RST_STREAM PROTOCOL_ERROR, unseen by the worker
        http2/8.2/1 PUSH_PROMISE from a client ends the connection
        hpack/2.3.3/1 An index beyond both tables is COMPRESSION_ERROR
        hpack/2.3.3/2 A literal whose name is beyond both tables is COMPRESSION_ERROR
        hpack/4.2/1 A size of the dynamic table behind a field is COMPRESSION_ERROR
        hpack/5.2/1 Huffman code padded by more than seven bits is COMPRESSION_ERROR
        hpack/5.2/2 Huffman code padded by zeros is COMPRESSION_ERROR
        hpack/5.2/3 Huffman code with the end of the string in it is COMPRESSION_ERROR
        hpack/6.1/1 Index 0 is COMPRESSION_ERROR
        hpack/6.3/1 A dynamic table larger than the server's setting is COMPRESSION_ERROR
        """

    /// The rows of the table.
    static var rows: [(theirs: Substring, ours: Substring)] {
        text.split(separator: "\n").compactMap { line in
            line.firstIndex(of: " ").map { (line[..<$0], line[line.index(after: $0)...]) }
        }
    }
}
