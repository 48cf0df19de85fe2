package dev.echelon.ingress.kafka;

import java.util.Collection;
import org.apache.kafka.common.TopicPartition;

/** How the group gets to know what is finished. Used by the poll thread. */
interface Commits {

    /** Commits when it is time for it. */
    void tick();

    /**
     * Commits at once what is about to be given away.
     *
     * @throws org.apache.kafka.common.KafkaException when that fails
     */
    void last(Collection<TopicPartition> leaving);

    /** Prompts that are done but for a commit. */
    int waiting();

    /** Prompts whose answers are out and are given again if the process dies before the next commit. */
    default int unsure() {
        return 0;
    }

    /** Commits no more; what has not been committed by now is repeated by whoever reads it next. */
    void close();
}
