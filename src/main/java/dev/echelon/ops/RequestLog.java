package dev.echelon.ops;

import dev.echelon.config.RequestDefaults.Logging;
import dev.echelon.domain.AnswerSize;
import dev.echelon.domain.CacheUse;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.RequestListener;
import dev.echelon.domain.RouteInfo;
import dev.echelon.domain.Usage;
import dev.echelon.route.Generation;
import dev.echelon.route.Target;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * One line a request that is over, as key-values: who was asked, who answered, how it ended, sizes and times; never a
 * word of a prompt, an answer or an error. {@code enable_request_logging} turns it on, {@code enable_response_logging}
 * too, and adds the size of the answer. The decision trace goes to a logger of its own, at debug.
 */
final class RequestLog implements RequestListener {

    private static final Logger REQUESTS = LoggerFactory.getLogger("echelon.request");
    private static final Logger TRACES = LoggerFactory.getLogger("echelon.trace");
    private static final String REQUEST = "request";

    private final Supplier<Generation> generation;

    RequestLog(Supplier<Generation> generation) {
        this.generation = generation;
    }

    @Override
    public void ended(Ended request) {
        if (REQUESTS.isInfoEnabled()) {
            Logging logging = logging(request.route());
            if (logging.requestLogging() || logging.responseLogging()) {
                line(request, logging.responseLogging());
            }
        }
        if (TRACES.isDebugEnabled()) {
            TRACES.atDebug()
                    .addKeyValue(REQUEST, LogText.clean(request.id()))
                    .log("{}", LogText.line(request.trace().toString()));
        }
    }

    private Logging logging(@Nullable RouteInfo route) {
        Generation current = generation.get();
        Target target = route == null ? null : current.target(route.target());
        return target == null
                ? current.configuration().defaults().logging()
                : target.rules().logging();
    }

    private static void line(Ended request, boolean withAnswer) {
        ModelFailure failure = request.failure();
        LoggingEventBuilder line = REQUESTS.atInfo()
                .addKeyValue(REQUEST, LogText.clean(request.id()))
                .addKeyValue("outcome", Words.outcome(failure == null ? null : failure.kind()))
                .addKeyValue("status", failure == null || request.interrupted() ? 200 : failure.status());
        line = route(line, request.route())
                .addKeyValue("stream", request.stream())
                .addKeyValue("ms", request.took().toMillis());
        if (request.firstToken() != null) {
            line = line.addKeyValue("first_token_ms", request.firstToken().toMillis());
        }
        Usage usage = request.usage();
        if (usage != null) {
            line = line.addKeyValue("tokens_in", usage.promptTokens())
                    .addKeyValue("tokens_out", usage.completionTokens());
        }
        AnswerSize answer = request.answer();
        if (withAnswer && answer != null) {
            line = answer(line, answer);
        }
        line.log(failure == null ? "answered" : request.interrupted() ? "broken off" : "not answered");
    }

    private static LoggingEventBuilder route(LoggingEventBuilder line, @Nullable RouteInfo route) {
        if (route == null) {
            return line.addKeyValue("target", MetricNames.NONE).addKeyValue("attempts", 0);
        }
        LoggingEventBuilder with = line.addKeyValue("target", LogText.clean(route.target()));
        if (!route.instance().isEmpty()) {
            with = with.addKeyValue("instance", LogText.clean(route.instance()));
        }
        if (route.replayed()) {
            with = with.addKeyValue("replayed", true);
        }
        if (route.cache().result() != CacheUse.Result.BYPASS) {
            with = with.addKeyValue("cache", route.cache().result().word());
        }
        return with.addKeyValue("attempts", route.attempts()).addKeyValue("generation", route.generation());
    }

    private static LoggingEventBuilder answer(LoggingEventBuilder line, AnswerSize answer) {
        LoggingEventBuilder with =
                line.addKeyValue("characters", answer.characters()).addKeyValue("tool_calls", answer.toolCalls());
        return answer.finishReason() == null ? with : with.addKeyValue("finish", answer.finishReason());
    }
}
