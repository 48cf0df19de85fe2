/**
 * A real Kafka broker for development and tests. Its classes need the jars of {@code target/dev-kafka}, which
 * {@code echelon.jar} does not hold. May import ingress. Start reading at {@link dev.echelon.cli.kafka.DevBroker}.
 */
@NullMarked
package dev.echelon.cli.kafka;

import org.jspecify.annotations.NullMarked;
