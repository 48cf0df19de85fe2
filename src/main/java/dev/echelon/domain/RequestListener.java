package dev.echelon.domain;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Hears what becomes of requests: metrics, the request log, later the ledger. Called on event loops, for cached answers on
 * the caller's thread: it must return quickly, and what it throws is logged and lost.
 */
public interface RequestListener {

    /** Hears nothing. */
    RequestListener NONE = new RequestListener() {};

    /** A request has found its target and enters its routes. */
    default void began(Began request) {}

    /** An attempt on an instance is over. */
    default void attempted(Attempted attempt) {}

    /** A request is over, answered or not; also one that was refused before it began. */
    default void ended(Ended request) {}

    /**
     * @param id of the request, as the caller sees it in {@code x-request-id}
     * @param target as configured
     */
    record Began(String id, String target) {}

    /**
     * @param target as configured
     * @param entry {@code null} when the upstream was not called: limits or breaker said no in the last moment
     * @param failure {@code null} when it succeeded
     */
    record Attempted(
            String id,
            String target,
            Instance instance,
            Step.@Nullable Entry entry,
            @Nullable FailureKind failure,
            Duration took) {}

    /**
     * @param route who answered, or was asked last; {@code null} when no target was found
     * @param stream whether a streamed answer was wanted
     * @param failure {@code null} when it was answered
     * @param interrupted whether the failure came after the first content of a stream
     * @param firstToken from the request's beginning to the first content of a stream; {@code null} when none came
     * @param usage tokens, as far as the provider told
     * @param answer of an answer that is whole; {@code null} otherwise
     */
    record Ended(
            String id,
            @Nullable RouteInfo route,
            boolean stream,
            @Nullable ModelFailure failure,
            boolean interrupted,
            Duration took,
            @Nullable Duration firstToken,
            @Nullable Usage usage,
            @Nullable AnswerSize answer,
            DecisionTrace trace) {}
}
