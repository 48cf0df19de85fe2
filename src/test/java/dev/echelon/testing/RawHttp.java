package dev.echelon.testing;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** One connection to a server on loopback, byte by byte: what no HTTP client would send, and what came back. */
public final class RawHttp implements AutoCloseable {

    private static final int PATIENCE_MILLIS = 10_000;
    private static final int QUIET_MILLIS = 400;

    private final Socket socket;
    private final InputStream in;

    private RawHttp(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream());
    }

    /** An answer as it came; a chunked body without its framing. */
    public record Answer(String statusLine, List<String> headerLines, byte[] bytes) {

        public int status() {
            return Integer.parseInt(statusLine.substring(9, 12));
        }

        public String body() {
            return new String(bytes, StandardCharsets.UTF_8);
        }

        /** The first header of that name, {@code null} where there is none. */
        public String header(String name) {
            String start = name.toLowerCase(Locale.ROOT) + ":";
            return headerLines.stream()
                    .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(start))
                    .map(line -> line.substring(start.length()).strip())
                    .findFirst()
                    .orElse(null);
        }

        public boolean saysClose() {
            return "close".equalsIgnoreCase(header("connection"));
        }
    }

    public static RawHttp to(int port) throws IOException {
        return to(port, 0);
    }

    /** @param receiveBuffer bytes the kernel may hold for a reader that does not read; 0 for its own choice */
    public static RawHttp to(int port, int receiveBuffer) throws IOException {
        Socket socket = new Socket();
        if (receiveBuffer > 0) {
            socket.setReceiveBufferSize(receiveBuffer);
        }
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return new RawHttp(socket);
    }

    /** A request with the body's length, as it goes over the wire; header lines without their line ends. */
    public static byte[] post(String target, byte[] body, String... headers) {
        StringBuilder head = new StringBuilder("POST " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\n");
        for (String header : headers) {
            head.append(header).append("\r\n");
        }
        head.append("Content-Length: ").append(body.length).append("\r\n\r\n");
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(head.toString().getBytes(StandardCharsets.ISO_8859_1));
        bytes.writeBytes(body);
        return bytes.toByteArray();
    }

    public static byte[] post(String target, String body, String... headers) {
        return post(target, body.getBytes(StandardCharsets.UTF_8), headers);
    }

    public RawHttp send(String text) throws IOException {
        return send(text.getBytes(StandardCharsets.UTF_8));
    }

    public RawHttp send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
        return this;
    }

    /** One whole answer. */
    public Answer answer() throws IOException {
        return rest(head());
    }

    /** The whole of the answer whose head has been read. */
    public Answer rest(Answer head) throws IOException {
        String length = head.header("content-length");
        byte[] body;
        if (length != null) {
            body = in.readNBytes(Integer.parseInt(length));
        } else if (head.header("transfer-encoding") != null) {
            body = chunks();
        } else {
            body = in.readAllBytes();
        }
        return new Answer(head.statusLine(), head.headerLines(), body);
    }

    /** Status line and headers only. */
    public Answer head() throws IOException {
        String status = line();
        if (status == null) {
            throw new IOException("the connection was closed without an answer");
        }
        List<String> headers = new ArrayList<>();
        for (String next = line(); next != null && !next.isEmpty(); next = line()) {
            headers.add(next);
        }
        return new Answer(status, headers, new byte[0]);
    }

    /** The data of the next event of a chunked stream; {@code null} when it is over. */
    public String event() throws IOException {
        String next = line();
        while (next != null && !next.equals("0")) {
            if (next.startsWith("data: ")) {
                return next.substring(6);
            }
            next = line();
        }
        if (next != null) {
            line();
        }
        return null;
    }

    /** All events up to the stream's end. */
    public List<String> events() throws IOException {
        List<String> events = new ArrayList<>();
        for (String next = event(); next != null; next = event()) {
            events.add(next);
        }
        return events;
    }

    /** Reads so many bytes, whatever they are; fewer at the end. */
    public void skip(int count) throws IOException {
        in.readNBytes(count);
    }

    /** Everything that comes until the other side closes, or falls silent for a while. */
    public String everything() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        socket.setSoTimeout(QUIET_MILLIS);
        try {
            in.transferTo(all);
        } catch (SocketTimeoutException | SocketException quiet) {
            // what came by then is what there is
        } finally {
            socket.setSoTimeout(PATIENCE_MILLIS);
        }
        return all.toString(StandardCharsets.ISO_8859_1);
    }

    /** Whether the other side closes, the rest of an answer skipped. */
    public boolean closedByServer() throws IOException {
        socket.setSoTimeout(2000);
        try {
            while (in.read() >= 0) {
                // skipped
            }
            return true;
        } catch (SocketTimeoutException open) {
            return false;
        } catch (SocketException reset) {
            return true;
        } finally {
            socket.setSoTimeout(PATIENCE_MILLIS);
        }
    }

    /** Leaves by a reset, as a killed process does. */
    public void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private byte[] chunks() throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (true) {
            String size = line();
            if (size == null) {
                throw new IOException("the answer was cut off");
            }
            int length = Integer.parseInt(size, 16);
            body.writeBytes(in.readNBytes(length));
            String end = line();
            if (length == 0 || end == null) {
                return body.toByteArray();
            }
        }
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                return line.size() == 0 ? null : line.toString(StandardCharsets.UTF_8);
            }
            if (next != '\r') {
                line.write(next);
            }
        }
        return line.toString(StandardCharsets.UTF_8);
    }
}
