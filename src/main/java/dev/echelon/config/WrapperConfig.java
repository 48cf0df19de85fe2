package dev.echelon.config;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The public name of a pool, a task group or one model.
 *
 * @param reference the pool's or group's name, or the model reference of a {@code direct} wrapper
 * @param defaults for calls that come through it
 */
public record WrapperConfig(String name, Type type, String reference, String description, CallDefaults defaults) {

    public enum Type {
        POOL,
        TASK_GROUP,
        DIRECT
    }

    /** {@code [wrappers.X.defaults]}; {@code null} leaves a value to the caller and the echelon. */
    public record CallDefaults(
            @Nullable Double temperature,
            @Nullable Double topP,
            @Nullable Integer maxTokens,
            @Nullable Duration requestDeadline) {

        public static final CallDefaults NONE = new CallDefaults(null, null, null, null);
    }
}
