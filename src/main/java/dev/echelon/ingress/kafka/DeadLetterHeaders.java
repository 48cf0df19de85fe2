package dev.echelon.ingress.kafka;

/** What stands on a dead letter beside the application's own headers. All values are text. */
public final class DeadLetterHeaders {

    /** Every header of a dead letter that is not the application's begins with one of these two. */
    public static final String LETTERS = "kafka_dlt-";

    public static final String OURS = "x-llm-";

    /** Where the record was; names as in Spring's dead letters. */
    public static final String TOPIC = LETTERS + "original-topic";

    public static final String PARTITION = LETTERS + "original-partition";
    public static final String OFFSET = LETTERS + "original-offset";
    public static final String TIMESTAMP = LETTERS + "original-timestamp";
    public static final String TIMESTAMP_TYPE = LETTERS + "original-timestamp-type";
    public static final String CONSUMER_GROUP = LETTERS + "original-consumer-group";

    /** Bytes of what the topic does not take, and the letter does not hold. */
    public static final String VALUE_LEFT_OUT = LETTERS + "original-value-left-out";

    public static final String KEY_LEFT_OUT = LETTERS + "original-key-left-out";
    public static final String HEADERS_LEFT_OUT = LETTERS + "original-headers-left-out";

    public static final String EXCEPTION_CLASS = LETTERS + "exception-fqcn";
    public static final String EXCEPTION_MESSAGE = LETTERS + "exception-message";

    /** Of the failure, as the answer would have told them. */
    public static final String ERROR_KIND = OURS + "error-kind";

    public static final String ERROR_CODE = OURS + "error-code";

    /** How often the prompt was begun. */
    public static final String TRIES = OURS + "tries";

    /** On answers too. */
    public static final String REQUEST_ID = OURS + "request-id";

    public static final String TRACE = OURS + "trace";

    private DeadLetterHeaders() {}
}
