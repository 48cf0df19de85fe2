/**
 * A real Kafka broker for development and tests. Its classes need the jars of {@code target/dev-kafka}, which
 * {@code echelon.jar} does not hold. Imports nothing of ours. Start reading at {@link dev.echelon.cli.kafka.DevBroker}.
 */
@NullMarked
package dev.echelon.cli.kafka;

import org.jspecify.annotations.NullMarked;
