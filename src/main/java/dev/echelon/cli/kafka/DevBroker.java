package dev.echelon.cli.kafka;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.utils.Time;

/**
 * A Kafka broker in this process: one KRaft node, broker and controller in one, on loopback, replication factor 1. What
 * it stores survives {@link #close} and the death of the process; another one may then be started in the same folder.
 */
public final class DevBroker implements AutoCloseable {

    private final KafkaRaftServer server;
    private final int port;
    private final FolderLock lock;

    private DevBroker(KafkaRaftServer server, int port, FolderLock lock) {
        this.server = server;
        this.port = port;
        this.lock = lock;
    }

    /**
     * What to start.
     *
     * @param data folder for everything it stores; made where it is missing
     * @param port of the broker on 127.0.0.1; 0 takes a free one
     * @param topics that are to be there when it is ready; those that exist are left as they are
     * @param partitions of topics that are made, by this or by their first use
     */
    public record Settings(Path data, int port, List<String> topics, int partitions) {
        public Settings {
            topics = List.copyOf(topics);
        }
    }

    /**
     * Starts a broker; when this returns it takes clients and has its topics.
     *
     * @throws IOException when the folder cannot be written or is another broker's, or the port is taken
     */
    public static DevBroker start(Settings settings) throws IOException, InterruptedException {
        FolderLock lock = FolderLock.take(settings.data());
        try {
            return start(settings, lock);
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    private static DevBroker start(Settings settings, FolderLock lock) throws IOException, InterruptedException {
        BrokerFiles files = BrokerFiles.write(settings);
        KafkaRaftServer server = new KafkaRaftServer(KafkaConfig.fromProps(files.properties(), false), Time.SYSTEM);
        DevBroker broker = new DevBroker(server, files.port(), lock);
        try {
            server.startup();
            broker.create(settings.topics(), settings.partitions());
            return broker;
        } catch (ExecutionException e) {
            broker.close();
            throw new IOException("the topics could not be made: " + e.getCause(), e);
        } catch (RuntimeException | InterruptedException e) {
            broker.close();
            throw e;
        }
    }

    public int port() {
        return port;
    }

    /** As clients want it: {@code 127.0.0.1:9092}. */
    public String address() {
        return BrokerFiles.HOST + ":" + port;
    }

    /** Waits until somebody has closed it. */
    public void awaitClose() {
        server.awaitShutdown();
    }

    /** Stops it cleanly: what was acknowledged is on disk. */
    @Override
    public void close() {
        server.shutdown();
        server.awaitShutdown();
        lock.close();
    }

    private void create(List<String> topics, int partitions) throws InterruptedException, ExecutionException {
        try (Admin admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, address()))) {
            for (String topic : topics) {
                try {
                    admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1)))
                            .all()
                            .get();
                } catch (ExecutionException e) {
                    if (!(e.getCause() instanceof TopicExistsException)) {
                        throw e;
                    }
                }
            }
            // made by the controller; the broker hears of it a little later
            ListTopicsOptions all = new ListTopicsOptions().listInternal(true);
            while (!admin.listTopics(all).names().get().containsAll(topics)) {
                TimeUnit.MILLISECONDS.sleep(10);
            }
        }
    }
}
