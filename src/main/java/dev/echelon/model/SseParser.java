package dev.echelon.model;

import dev.echelon.domain.FailureKind;
import dev.echelon.domain.ModelFailure;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Server-sent events out of bytes, however the network cut them. Lines may end in LF, CR or both; malformed UTF-8 becomes
 * U+FFFD. One parser reads one stream, by one thread at a time. What is kept between calls is bounded: an event longer
 * than the limit ends the stream as a bad response.
 */
public final class SseParser {

    /** Bytes of one event, its data lines together. */
    public static final int DEFAULT_LIMIT = 1 << 20;

    /** Takes events as they complete. */
    @FunctionalInterface
    public interface Sink {

        /**
         * @param name the event's name, empty when it has none
         * @param data its data, lines joined by a newline
         */
        void event(String name, String data) throws ModelFailure;
    }

    private final Sink sink;
    private final int limit;

    /** The line that the last chunk left unfinished. */
    private byte[] rest = new byte[256];

    private int restLength;
    private boolean firstLine = true;
    private boolean afterCarriageReturn;

    private String name = "";

    @Nullable
    private String data;

    /** Only for events of several data lines, which are rare. */
    private final StringBuilder lines = new StringBuilder();

    private int eventBytes;

    public SseParser(Sink sink) {
        this(sink, DEFAULT_LIMIT);
    }

    public SseParser(Sink sink, int limit) {
        this.sink = sink;
        this.limit = limit;
    }

    /**
     * Takes the next bytes and calls the sink for every event they complete.
     *
     * @throws ModelFailure {@code BAD_RESPONSE} beyond the limit, or what the sink throws; the parser is of no use then
     */
    public void feed(byte[] bytes, int offset, int length) throws ModelFailure {
        int end = offset + length;
        int lineStart = offset;
        if (afterCarriageReturn && length > 0) {
            afterCarriageReturn = false;
            if (bytes[offset] == '\n') {
                lineStart++;
            }
        }
        for (int i = lineStart; i < end; i++) {
            byte b = bytes[i];
            if (b == '\n' || b == '\r') {
                endLine(bytes, lineStart, i);
                if (b == '\r') {
                    if (i + 1 == end) {
                        afterCarriageReturn = true;
                    } else if (bytes[i + 1] == '\n') {
                        i++;
                    }
                }
                lineStart = i + 1;
            }
        }
        if (lineStart < end) {
            keep(bytes, lineStart, end);
        }
    }

    public void feed(byte[] bytes) throws ModelFailure {
        feed(bytes, 0, bytes.length);
    }

    /** The stream is over: an event whose closing empty line did not come is still an event. */
    public void finish() throws ModelFailure {
        if (restLength > 0) {
            endLine(rest, 0, 0);
        }
        dispatch();
    }

    private void endLine(byte[] bytes, int from, int to) throws ModelFailure {
        if (restLength == 0) {
            line(bytes, from, to);
            return;
        }
        keep(bytes, from, to);
        int length = restLength;
        restLength = 0;
        line(rest, 0, length);
    }

    private void keep(byte[] bytes, int from, int to) throws ModelFailure {
        int needed = restLength + to - from;
        if (needed > limit || needed < 0) {
            throw tooLong();
        }
        if (needed > rest.length) {
            rest = Arrays.copyOf(rest, Math.max(needed, Math.min(limit, rest.length * 2)));
        }
        System.arraycopy(bytes, from, rest, restLength, to - from);
        restLength = needed;
    }

    private void line(byte[] bytes, int start, int to) throws ModelFailure {
        int from = start;
        if (firstLine) {
            firstLine = false;
            from += startsWithMark(bytes, from, to) ? 3 : 0;
        }
        if (from == to) {
            dispatch();
            return;
        }
        int colon = from;
        while (colon < to && bytes[colon] != ':') {
            colon++;
        }
        int value = Math.min(colon + 1, to);
        if (value < to && bytes[value] == ' ') {
            value++;
        }
        if (isField(bytes, from, colon, "data")) {
            count(to - from);
            add(text(bytes, value, to));
        } else if (isField(bytes, from, colon, "event")) {
            count(to - from);
            name = text(bytes, value, to);
        }
    }

    private void count(int bytes) throws ModelFailure {
        eventBytes += bytes;
        if (eventBytes > limit) {
            throw tooLong();
        }
    }

    private void add(String line) {
        if (data == null) {
            data = line;
            return;
        }
        if (lines.isEmpty()) {
            lines.append(data);
        }
        lines.append('\n').append(line);
    }

    private void dispatch() throws ModelFailure {
        String event = name;
        String text = lines.isEmpty() ? data : lines.toString();
        name = "";
        data = null;
        lines.setLength(0);
        eventBytes = 0;
        if (text != null) {
            sink.event(event, text);
        }
    }

    private static String text(byte[] bytes, int from, int to) {
        return new String(bytes, from, to - from, StandardCharsets.UTF_8);
    }

    private static boolean isField(byte[] bytes, int from, int to, String field) {
        if (to - from != field.length()) {
            return false;
        }
        for (int i = 0; i < field.length(); i++) {
            if (bytes[from + i] != field.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static boolean startsWithMark(byte[] bytes, int from, int to) {
        return to - from >= 3
                && bytes[from] == (byte) 0xEF
                && bytes[from + 1] == (byte) 0xBB
                && bytes[from + 2] == (byte) 0xBF;
    }

    private static ModelFailure tooLong() {
        return ModelFailure.of(FailureKind.BAD_RESPONSE, "the model's provider sent an event that is too long");
    }
}
