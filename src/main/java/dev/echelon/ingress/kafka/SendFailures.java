package dev.echelon.ingress.kafka;

import dev.echelon.domain.FailureKind;
import dev.echelon.domain.ModelFailure;
import java.util.List;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidPidMappingException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TransactionAbortableException;
import org.apache.kafka.common.errors.TransactionAbortedException;
import org.jspecify.annotations.Nullable;

/** What an exception of a stage means for the prompt. Nothing of its text is passed on. */
final class SendFailures {

    private static final List<Class<? extends ApiException>> OF_TRANSACTIONS = List.of(
            ProducerFencedException.class,
            InvalidProducerEpochException.class,
            OutOfOrderSequenceException.class,
            InvalidPidMappingException.class,
            InvalidTxnStateException.class,
            TransactionAbortedException.class,
            TransactionAbortableException.class);

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

    static boolean isTimeout(Exception thrown) {
        return thrown instanceof TimeoutException;
    }

    /** Whether a record of a transaction was refused for its own sake, not because the transaction or its producer failed. */
    static boolean isOwn(Exception thrown) {
        boolean ofTheRecord = thrown instanceof ApiException || thrown instanceof SerializationException;
        boolean ofTheProducer = thrown instanceof RetriableException
                || thrown instanceof AuthenticationException
                || (thrown instanceof AuthorizationException && !(thrown instanceof TopicAuthorizationException))
                || OF_TRANSACTIONS.stream().anyMatch(it -> it.isInstance(thrown));
        return ofTheRecord && !ofTheProducer;
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
