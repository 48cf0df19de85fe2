package dev.echelon.cli.kafka;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import kafka.tools.StorageTool;
import org.apache.kafka.common.Uuid;

/**
 * What a broker finds in its folder: {@code server.properties}, and in {@code log/} its formatted storage.
 *
 * @param port where the broker is to listen
 */
record BrokerFiles(Properties properties, int port) {

    static final String HOST = "127.0.0.1";

    /** Writes the properties anew, and formats the storage unless it is. */
    static BrokerFiles write(DevBroker.Settings settings) throws IOException {
        Path log = settings.data().resolve("log").toAbsolutePath();
        Files.createDirectories(log);
        Path file = settings.data().resolve("server.properties").toAbsolutePath();
        int port;
        int controllerPort;
        // held at the same time, or they could be one port
        try (ServerSocket broker = listen(settings.port());
                ServerSocket controller = listen(0)) {
            port = broker.getLocalPort();
            controllerPort = controller.getLocalPort();
        }
        Properties properties = properties(port, controllerPort, log, settings.partitions());
        try (OutputStream out = Files.newOutputStream(file)) {
            properties.store(out, "of echelon dev-kafka; written at every start");
        }
        // formatting again would give an old storage a new cluster id, and the broker would refuse it
        if (!Files.exists(log.resolve("meta.properties"))) {
            format(file);
        }
        return new BrokerFiles(properties, port);
    }

    private static Properties properties(int port, int controllerPort, Path log, int partitions) {
        Properties properties = new Properties();
        properties.setProperty("process.roles", "broker,controller");
        properties.setProperty("node.id", "1");
        properties.setProperty(
                "listeners", "PLAINTEXT://%s:%d,CONTROLLER://%1$s:%d".formatted(HOST, port, controllerPort));
        properties.setProperty("advertised.listeners", "PLAINTEXT://" + HOST + ":" + port);
        properties.setProperty("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        properties.setProperty("controller.listener.names", "CONTROLLER");
        properties.setProperty("controller.quorum.voters", "1@" + HOST + ":" + controllerPort);
        properties.setProperty("log.dirs", log.toString());
        properties.setProperty("num.partitions", Integer.toString(partitions));
        for (String topic : new String[] {"offsets.topic", "transaction.state.log", "share.coordinator.state.topic"}) {
            properties.setProperty(topic + ".replication.factor", "1");
            properties.setProperty(topic + ".num.partitions", "4");
        }
        properties.setProperty("transaction.state.log.min.isr", "1");
        properties.setProperty("share.coordinator.state.topic.min.isr", "1");
        // a first member that waited for others would make every start 3 s longer
        properties.setProperty("group.initial.rebalance.delay.ms", "0");
        // a broker that was killed is taken for alive this long (default 9 s), and cannot come back before
        properties.setProperty("broker.session.timeout.ms", "3000");
        properties.setProperty("broker.heartbeat.interval.ms", "500");
        // the default is half of the heap that this broker gets
        properties.setProperty("log.cleaner.dedupe.buffer.size", "2097152");
        return properties;
    }

    private static ServerSocket listen(int port) throws IOException {
        try {
            return new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
        } catch (BindException e) {
            BindException told = new BindException("port " + port + " is taken: choose another with --port");
            told.initCause(e);
            throw told;
        }
    }

    private static void format(Path file) throws IOException {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        String[] command = {"format", "-t", Uuid.randomUuid().toString(), "-c", file.toString()};
        try (PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8)) {
            if (StorageTool.execute(command, out) != 0) {
                throw new IOException("the storage could not be formatted: " + said.toString(StandardCharsets.UTF_8));
            }
        }
    }
}
