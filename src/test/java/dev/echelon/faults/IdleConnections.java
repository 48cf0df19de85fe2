package dev.echelon.faults;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A process that opens connections to a local port, has each of them used once, and holds them until its input ends: in
 * a process of its own, because both ends of ten thousand are more than one may open.
 */
final class IdleConnections implements AutoCloseable {

    private static final byte[] REQUEST =
            "GET /v1/models HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final Process process;

    /** Returns when all of them are open and idle. */
    IdleConnections(int port, int count) throws IOException {
        String classes = IdleConnections.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .getPath();
        process = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElse("java"),
                        "-Xmx128m",
                        "-cp",
                        classes,
                        IdleConnections.class.getName(),
                        Integer.toString(port),
                        Integer.toString(count))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        if (process.getInputStream().read() != 'o') {
            process.destroy();
            throw new IOException("the connections did not come about");
        }
    }

    @Override
    public void close() throws IOException {
        process.getOutputStream().close();
        process.onExit().join();
    }

    /** Port and count. */
    public static void main(String[] arguments) throws IOException {
        InetSocketAddress address =
                new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[0]));
        List<SocketChannel> held = new ArrayList<>();
        ByteBuffer answer = ByteBuffer.allocate(64 * 1024);
        for (int i = 0; i < Integer.parseInt(arguments[1]); i++) {
            SocketChannel channel = SocketChannel.open(address);
            channel.write(ByteBuffer.wrap(REQUEST));
            answer.clear();
            if (channel.read(answer) <= 0) {
                throw new IOException("connection " + i + " was closed");
            }
            held.add(channel);
        }
        System.out.write('o');
        System.out.flush();
        while (System.in.read() >= 0) {
            // until the parent closes it
        }
        for (SocketChannel channel : held) {
            channel.close();
        }
    }
}
