package dev.echelon.route;

import dev.echelon.domain.Instance;
import dev.echelon.domain.InstanceStates.Condition;
import java.time.Duration;

/**
 * An instance at one moment.
 *
 * @param condition whether it may be asked, and if not, why and until when
 * @param breaker {@code closed}, {@code open} or {@code half_open}
 * @param coolDown how long its model is still left alone; zero when it is not
 * @param inFlight attempts that run on it
 * @param returnsInFlight those of them that the retry budget counts
 */
public record InstanceStatus(
        Instance instance, Condition condition, String breaker, Duration coolDown, int inFlight, int returnsInFlight) {}
