import Glibc

/// Bytes written to a file, all of them.
package enum FileBytes {
    /// Writes bytes, and waits for room where there is none; the error number, or 0.
    ///
    /// - Parameters:
    ///   - file: its descriptor.
    ///   - start: the place in it, while the place from which others read stays; nil, the default, for the present one.
    package static func write(_ bytes: ArraySlice<UInt8>, to file: Int32, at start: Int? = nil) -> Int32 {
        unsafe bytes.withUnsafeBytes { bytes in
            var rest = unsafe bytes[...]
            while unsafe !rest.isEmpty {
                let part = unsafe UnsafeRawBufferPointer(rebasing: rest)
                let written =
                    if let start {
                        unsafe pwrite(file, part.baseAddress, part.count, off_t(start + bytes.count - rest.count))
                    } else {
                        unsafe Glibc.write(file, part.baseAddress, part.count)
                    }
                if written < 0, errno == EINTR { continue }
                if written < 0, errno == EAGAIN {
                    // Whoever shares the descriptor has made it non-blocking.
                    var wait = pollfd(fd: file, events: Int16(POLLOUT), revents: 0)
                    _ = unsafe poll(&wait, 1, -1)
                    continue
                }
                guard written > 0 else { return written == 0 ? ENOSPC : errno }
                unsafe rest = rest.dropFirst(written)
            }
            return 0
        }
    }
}
