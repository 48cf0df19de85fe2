package dev.echelon.ingress.kafka;

import dev.echelon.domain.FailureKind;
import dev.echelon.domain.ModelFailure;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.jspecify.annotations.Nullable;

/** What an exception of a stage means for the prompt. Nothing of its text is passed on. */
final class SendFailures {

    private SendFailures() {}

    static ModelFailure ofAsking(Exception thrown) {
        return thrown instanceof ModelFailure failure
                ? failure
                : ModelFailure.of(FailureKind.UNAVAILABLE, "the gateway failed to process the prompt")
                        .withCode(RetryRules.INTERNAL);
    }

    static ModelFailure ofAnswering(Exception thrown) {
        if (isTooLarge(thrown)) {
            return ModelFailure.of(FailureKind.INVALID_REQUEST, "the answer is larger than its topic takes")
                    .withCode("answer_too_large");
        }
        boolean hopeless = has(thrown, InvalidTopicException.class)
                || has(thrown, TopicAuthorizationException.class)
                || has(thrown, SerializationException.class)
                || thrown instanceof IllegalArgumentException;
        return ModelFailure.of(
                        hopeless ? FailureKind.INVALID_REQUEST : FailureKind.NETWORK_ERROR,
                        "the answer could not be sent")
                .withCode("reply_failed");
    }

    static boolean isTooLarge(Exception thrown) {
        return has(thrown, RecordTooLargeException.class);
    }

    private static boolean has(Exception thrown, Class<? extends Exception> type) {
        @Nullable Throwable cause = thrown;
        for (int depth = 0; cause != null && depth < 5; depth++) {
            if (type.isInstance(cause)) {
                return true;
            }
            cause = cause.getCause();
        }
        return false;
    }
}
