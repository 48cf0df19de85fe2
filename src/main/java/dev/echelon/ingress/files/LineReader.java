package dev.echelon.ingress.files;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Reads a file line by line, never more of it than a line; a line that is too long is passed over. */
final class LineReader implements AutoCloseable {

    private static final int BUFFER = 1 << 16;

    private final InputStream in;
    private final int maxBytes;
    private final byte[] buffer = new byte[BUFFER];
    private int next;
    private int end;
    private long position;

    private LineReader(InputStream in, int maxBytes) {
        this.in = in;
        this.maxBytes = maxBytes;
    }

    /** @param maxBytes of a line, without its end */
    static LineReader of(Path file, int maxBytes) throws IOException {
        return new LineReader(Files.newInputStream(file), maxBytes);
    }

    /**
     * A line of the file.
     *
     * @param bytes without the line's end; only its beginning when it is too long
     * @param ended whether an end of line stood after it: not in a file that was cut off
     * @param end position in the file after it, in bytes
     */
    record Line(byte[] bytes, boolean tooLong, boolean ended, long end) {

        boolean isBlank() {
            for (byte b : bytes) {
                if (b != ' ' && b != '\t') {
                    return false;
                }
            }
            return true;
        }
    }

    /** The next line, {@code null} at the end of the file. */
    @Nullable
    Line next() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        boolean tooLong = false;
        boolean any = false;
        while (next < end || fill()) {
            any = true;
            int stop = next;
            while (stop < end && buffer[stop] != '\n') {
                stop++;
            }
            int room = maxBytes - line.size();
            tooLong |= stop - next > room;
            line.write(buffer, next, Math.min(stop - next, room));
            boolean ended = stop < end;
            position += stop - next + (ended ? 1 : 0);
            next = ended ? stop + 1 : stop;
            if (ended) {
                return new Line(withoutReturn(line.toByteArray()), tooLong, true, position);
            }
        }
        return any ? new Line(withoutReturn(line.toByteArray()), tooLong, false, position) : null;
    }

    private boolean fill() throws IOException {
        next = 0;
        end = Math.max(0, in.read(buffer));
        return end > 0;
    }

    private static byte[] withoutReturn(byte[] line) {
        return line.length > 0 && line[line.length - 1] == '\r' ? Arrays.copyOf(line, line.length - 1) : line;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
