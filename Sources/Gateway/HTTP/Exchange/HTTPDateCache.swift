import Glibc
import TextFormats

/// The current date as HTTP writes it (RFC 9110, section 5.6.7), made anew once a second.
struct HTTPDateCache {
    private var second = 0
    private var text = ""

    /// The date of this second.
    mutating func current() -> String {
        var now = timespec()
        // CLOCK_REALTIME with a valid address cannot fail.
        clock_gettime(CLOCK_REALTIME, &now)
        if now.tv_sec != second || text.isEmpty {
            second = now.tv_sec
            text = HTTPDate.text(now.tv_sec)
        }
        return text
    }
}
