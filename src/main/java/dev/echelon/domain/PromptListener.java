package dev.echelon.domain;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Hears what becomes of prompts from topics. Called on the threads that read them: it must return quickly and not throw. */
public interface PromptListener {

    /** Hears nothing. */
    PromptListener NONE = new PromptListener() {};

    /**
     * A topic is read for the first time in this process.
     *
     * @param load what all who read it hold of it; may be asked for ever, on any thread
     */
    default void reads(String topic, Supplier<PromptLoad> load) {}

    /**
     * The broker has acknowledged a prompt's answer or dead letter.
     *
     * @param failure why it is a dead letter; {@code null} when it was answered
     */
    default void done(String topic, @Nullable FailureKind failure) {}
}
