package dev.echelon.cli;

import dev.echelon.cli.kafka.DeadLetters;
import dev.echelon.ingress.kafka.DeadLetterHeaders;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** {@code echelon dlq}: the prompts from Kafka that no model answered. */
@Command(
        description = "See the dead letters of prompts from Kafka, or send them to the models again.",
        mixinStandardHelpOptions = true)
final class DlqCommand {

    @Option(
            names = "--brokers",
            scope = ScopeType.INHERIT,
            paramLabel = "HOST:PORT,...",
            defaultValue = "${env:ECHELON_KAFKA_BROKERS:-localhost:9092}",
            description = "The brokers (default: ${DEFAULT-VALUE}).")
    private String brokers = "";

    @Option(
            names = "--topic",
            scope = ScopeType.INHERIT,
            paramLabel = "NAME",
            defaultValue = "${env:ECHELON_KAFKA_DLQ:-llm.dlq}",
            description = "The topic of dead letters (default: ${DEFAULT-VALUE}).")
    private String topic = "";

    @Option(
            names = "--kind",
            scope = ScopeType.INHERIT,
            paramLabel = "KIND",
            description = "Only those with this kind of failure: invalid_request, timeout, ...")
    @Nullable
    private String kind;

    @Option(names = "--all", scope = ScopeType.INHERIT, description = "Also those that have been sent again.")
    private boolean all;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Command(
            name = "list",
            description = "One line a dead letter: where it stands, where it came from, why it failed.",
            mixinStandardHelpOptions = true)
    int list() {
        LogSetup.errorsOnly();
        PrintWriter out = spec.commandLine().getOut();
        List<String> lines = new ArrayList<>();
        try (DeadLetters letters = open()) {
            letters.read(all, record -> {
                if (isWanted(record)) {
                    lines.add(line(record));
                }
            });
        } catch (KafkaException | IllegalArgumentException failed) {
            return failed(failed);
        }
        lines.forEach(out::println);
        out.printf("%d dead letters%n", lines.size());
        out.flush();
        return Echelon.OK;
    }

    @Command(
            name = "replay",
            description =
                    "Send dead letters to the prompts again, once each; those of another --kind are passed over for good.",
            mixinStandardHelpOptions = true)
    int replay(
            @Option(
                            names = "--to",
                            paramLabel = "NAME",
                            defaultValue = "${env:ECHELON_KAFKA_PROMPTS:-llm.prompts}",
                            description = "The topic of prompts (default: ${DEFAULT-VALUE}).")
                    String target)
            throws InterruptedException {
        LogSetup.errorsOnly();
        try (DeadLetters letters = open()) {
            DeadLetters.Replayed replayed = letters.replay(target, all, this::isWanted);
            PrintWriter out = spec.commandLine().getOut();
            out.printf(
                    "%d sent to %s, %d of another kind, %d incomplete%n",
                    replayed.sent(), target, replayed.leftOut(), replayed.incomplete());
            out.flush();
            return Echelon.OK;
        } catch (KafkaException | IllegalArgumentException | ExecutionException failed) {
            return failed(failed);
        }
    }

    private DeadLetters open() {
        return new DeadLetters(brokers, topic, "echelon-dlq-" + topic);
    }

    private boolean isWanted(ConsumerRecord<byte[], byte[]> record) {
        return kind == null || kind.equals(DeadLetters.text(record, DeadLetterHeaders.ERROR_KIND));
    }

    private static String line(ConsumerRecord<byte[], byte[]> record) {
        return visible("%d-%d from %s-%s-%s %s/%s tries %s: %s"
                .formatted(
                        record.partition(),
                        record.offset(),
                        DeadLetters.text(record, DeadLetterHeaders.TOPIC),
                        DeadLetters.text(record, DeadLetterHeaders.PARTITION),
                        DeadLetters.text(record, DeadLetterHeaders.OFFSET),
                        DeadLetters.text(record, DeadLetterHeaders.ERROR_KIND),
                        DeadLetters.text(record, DeadLetterHeaders.ERROR_CODE),
                        DeadLetters.text(record, DeadLetterHeaders.TRIES),
                        DeadLetters.text(record, DeadLetterHeaders.EXCEPTION_MESSAGE)));
    }

    /** Anybody may write to the topic: nothing of it steers a terminal. */
    private static String visible(String text) {
        return text.replaceAll("\\p{Cntrl}", "?");
    }

    private int failed(Exception failure) {
        PrintWriter err = spec.commandLine().getErr();
        err.println("echelon: " + failure.getMessage() + " (brokers: " + brokers + ")");
        err.flush();
        return Echelon.FAILED;
    }
}
