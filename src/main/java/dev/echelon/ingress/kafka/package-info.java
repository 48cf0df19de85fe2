/**
 * Prompts from Kafka: at least once, many at a time, finished in any order. May import domain, store and component. Start
 * reading at {@link dev.echelon.ingress.kafka.TrackingConsumer}, then {@link dev.echelon.ingress.kafka.Deliveries}.
 */
@NullMarked
package dev.echelon.ingress.kafka;

import org.jspecify.annotations.NullMarked;
