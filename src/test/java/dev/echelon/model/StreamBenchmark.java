package dev.echelon.model;

import dev.echelon.domain.ChatChunk;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.json.ChunkJson;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/** What an event of a stream costs: cut out of the bytes, decoded, and written again for the caller. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(StreamBenchmark.EVENTS)
public class StreamBenchmark {

    static final int EVENTS = 100;

    private static final String OPENAI =
            "data: {\"id\":\"x\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,"
                    + "\"delta\":{\"content\":\" word\"},\"finish_reason\":null}]}\n\n";
    private static final String ANTHROPIC_START =
            "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"x\",\"type\":\"message\",\"role\":"
                    + "\"assistant\",\"model\":\"m\",\"content\":[],\"usage\":{\"input_tokens\":1,\"output_tokens\":1}}}\n\n"
                    + "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":"
                    + "{\"type\":\"text\",\"text\":\"\"}}\n\n";
    private static final String ANTHROPIC =
            "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":"
                    + "{\"type\":\"text_delta\",\"text\":\" word\"}}\n\n";

    private final byte[] openai = bytes(OPENAI.repeat(EVENTS));
    private final byte[] anthropic = bytes(ANTHROPIC_START + ANTHROPIC.repeat(EVENTS));
    private final Classifier classifier = new Classifier(Clock.systemUTC());

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Benchmark
    public void parse(Blackhole hole) throws ModelFailure {
        new SseParser((event, data) -> hole.consume(data)).feed(openai);
    }

    @Benchmark
    public void decodeOpenAi(Blackhole hole) throws ModelFailure {
        decode(new OpenAiStreamDecoder(classifier), openai, hole, false);
    }

    @Benchmark
    public void decodeAnthropic(Blackhole hole) throws ModelFailure {
        decode(new AnthropicStreamDecoder(classifier, 1), anthropic, hole, false);
    }

    @Benchmark
    public void openAiToCaller(Blackhole hole) throws ModelFailure {
        decode(new OpenAiStreamDecoder(classifier), openai, hole, true);
    }

    private static void decode(StreamDecoder decoder, byte[] bytes, Blackhole hole, boolean write) throws ModelFailure {
        new SseParser((event, data) ->
                        decoder.event(event, data, chunk -> hole.consume(write ? written(chunk) : chunk)))
                .feed(bytes);
    }

    private static Object written(ChatChunk chunk) {
        return ChunkJson.write(chunk);
    }
}
