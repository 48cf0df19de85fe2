package dev.echelon.ingress.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is known of topics that answers go to. */
class ReplyPartitionsTest {

    private static final Node NODE = new Node(1, "localhost", 9092);

    private long now = 5;
    private final ReplyPartitions partitions = new ReplyPartitions(() -> now);

    private void check(int count, @Nullable Integer partition) {
        List<PartitionInfo> infos = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            infos.add(new PartitionInfo("t", i, NODE, new Node[] {NODE}, new Node[] {NODE}));
        }
        Cluster cluster = new Cluster("c", List.of(NODE), infos, Set.of(), Set.of());
        try (MockProducer<String, String> producer =
                new MockProducer<>(cluster, true, null, new StringSerializer(), new StringSerializer())) {
            partitions.check(producer, new ProducerRecord<>("t", partition, null, "x"));
        }
    }

    @Test
    void onlyPartitionsThatAreThereAreSentTo() {
        check(4, null);
        check(4, 3);

        assertThatThrownBy(() -> check(4, 4)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whatASendHasLearnedIsKnownForAMinute() {
        assertThat(partitions.lacks("t", 99)).isFalse();
        check(4, 3);

        assertThat(partitions.lacks("t", 4)).isTrue();
        assertThat(partitions.lacks("t", 3)).isFalse();
        assertThat(partitions.lacks("other", 4)).isFalse();

        now += Duration.ofMinutes(1).toNanos();
        assertThat(partitions.lacks("t", 4)).isFalse();
    }

    @Test
    void aTopicMayGrow() {
        check(4, 3);
        check(8, 6);

        assertThat(partitions.lacks("t", 4)).isFalse();
    }
}
