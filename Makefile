# What can be done with this package. Each target installs what it needs and is missing (Debian, as root), or says
# what to install. Two variables change what is done: ARGS is passed on, BUILD is where products go.
#
#   make run ARGS="--listen 127.0.0.1:9000"
#   make test ARGS="--filter PushPull"

.DEFAULT_GOAL := help
.PHONY: help run install uninstall demo-pubsub demo-pipeline test hammer model kills autobahn simulate fuzz libfuzzer chaos chains tsan asan leaks bench docs docs-gateway format lint clean

BUILD ?= .build
ARGS ?=
PREFIX ?= /usr/local

SOURCES := $(wildcard Sources Tests Benchmarks/Sources Benchmarks/Package.swift Examples Package.swift)

export BUILD

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

run: ## build the gateway and serve (ARGS: options of `webgateway serve`)
	@exec Scripts/run serve $(ARGS)

install: ## build in release; put programs, completions and manual pages under PREFIX (/usr/local)
	@exec Scripts/install "$(PREFIX)"

uninstall: ## take them away again
	@exec Scripts/install --uninstall "$(PREFIX)"

demo-pubsub: ## a publisher, a forwarder and three subscribers with different filters (DEMO_SECONDS)
	@exec Scripts/demo-pubsub

demo-pipeline: ## hash every file of a folder tree, while a worker is killed (DEMO_FOLDER)
	@exec Scripts/demo-pipeline

test: ## run every test (ARGS: options of `swift test`)
	@exec Scripts/test $(ARGS)

RELEASE_TESTS := -c release -Xswiftc -enable-testing --disable-xctest --test-product SwiftZMQPackageTests
# Tests in release, without Hummingbird and what needs it.
IN_RELEASE := $(RELEASE_TESTS) --traits Gateway,GatewayWorker,Programs,SwiftZMQServices

# Each in debug and in release: what is optimized takes other turns.
hammer: ## a million messages each way through every pattern, and a minute of everything mixed (HAMMER_MESSAGES, _SECONDS, _SEED)
	@Scripts/need swift libzmq sqlite
	HAMMER_SECONDS=$${HAMMER_SECONDS:-60} TEST_TIMEOUT=$${TEST_TIMEOUT:-3600} Scripts/test \
		--filter '^SwiftZMQTests\.MixedHammerTests' $(ARGS)
	HAMMER_MESSAGES=$${HAMMER_MESSAGES:-1000000} HAMMER_SECONDS=$${HAMMER_SECONDS:-60} \
		SWIFT_DETERMINISTIC_HASHING=1 swift test $(IN_RELEASE) \
		--scratch-path $(BUILD)/hammer --filter '^SwiftZMQTests\.(Mixed)?HammerTests' $(ARGS)

model: ## 100,000 random sequences each against the gateway's dispatch, an exchange and HTTP/1, 25,000 against HTTP/2 and 20,000 against topic streams (MODEL_SEQUENCES, _STEPS, _SEED)
	@MODEL_SEQUENCES=$${MODEL_SEQUENCES:-100000} exec Scripts/test --filter '^GatewayTests\.(BrokerModelTests|ExchangeModelTests|HTTP1ModelTests|HTTP2ModelTests|TopicBroadcasterModelTests)' $(ARGS)

autobahn: ## the cases 1 to 7, 9 and 10 of the Autobahn test suite, by itself where there is a Python 2.7 and written anew, against WebSockets of a worker that echoes (AUTOBAHN_CASES)
	@AUTOBAHN_CASES="$${AUTOBAHN_CASES:-1.* 2.* 3.* 4.* 5.* 6.* 7.* 9.* 10.*}" \
		exec Scripts/test --filter '^ProgramTests\.Autobahn(Suite)?Tests' $(ARGS)

# Of those tests alone, whose build takes a part of the time that one of all would.
simulate: ## 1,000 nodes of the hash table: half of them gone, churn, loss and a cut, in release (DHT_NODES, _CHURN_MINUTES, _SEED)
	@Scripts/need swift libzmq
	TEST_TARGETS=DistributedHashTableTests SWIFT_DETERMINISTIC_HASHING=1 swift test $(RELEASE_TESTS) --traits Programs \
		--scratch-path $(BUILD)/simulation --filter '^DistributedHashTableTests\.SimulationTests' $(ARGS)

kills: ## 100,000 random sequences against pipeline's rules, and its parts killed a thousand times and gone on with (PIPELINE_MODEL_SEQUENCES, PIPELINE_RESUME_KILLS, PIPELINE_RESUME_SEED)
	@PIPELINE_MODEL_SEQUENCES=$${PIPELINE_MODEL_SEQUENCES:-100000} PIPELINE_RESUME_KILLS=$${PIPELINE_RESUME_KILLS:-1000} \
		TEST_TIMEOUT=$${TEST_TIMEOUT:-7200} \
		exec Scripts/test --filter '^(TaskPipelineTests\.PipelineModelTests|ProgramTests\.PipelineResumeTests)' $(ARGS)

fuzz: ## a million mutations of Tests/Corpus for each reader of the gateway, in release (FUZZ_INPUTS, FUZZ_SEED)
	@Scripts/need swift libzmq sqlite
	FUZZ_INPUTS=$${FUZZ_INPUTS:-1000000} SWIFT_DETERMINISTIC_HASHING=1 swift test $(IN_RELEASE) \
		--scratch-path $(BUILD)/hammer --filter '^GatewayTests\.(HTTP2|TLS)?FuzzTests' $(ARGS)

# The readers, and the folders of Tests/Corpus that each begins with.
FUZZED := requests replies worker-commands gateway-commands certificates websocket-frames

libfuzzer: ## libFuzzer for each reader of the gateway, from Tests/Corpus (FUZZ_SECONDS for each, 60)
	@Scripts/need swift libzmq sqlite
	SWIFT_DETERMINISTIC_HASHING=1 swift build -c release --package-path Tests/Fuzzer --scratch-path $(abspath $(BUILD))/libfuzzer \
		--sanitize=fuzzer -Xswiftc -enable-testing --product Fuzzer
	@for reader in $(FUZZED); do \
		echo "=== $$reader" && mkdir -p $(BUILD)/libfuzzer/found/$$reader && \
		SWIFT_BACKTRACE=enable=no FUZZ_READER=$$reader $(BUILD)/libfuzzer/release/Fuzzer \
			-max_total_time=$${FUZZ_SECONDS:-60} -timeout=10 -verbosity=0 -print_funcs=0 -print_final_stats=1 \
			-artifact_prefix=$(BUILD)/libfuzzer/$$reader- $(ARGS) $(BUILD)/libfuzzer/found/$$reader Tests/Corpus/$$reader || exit 1; \
	done

chaos: ## kill, stop, slow down and flood a gateway and its workers at length (CHAOS_REQUESTS, … : CONTRIBUTING.md)
	@CHAOS_REQUESTS=$${CHAOS_REQUESTS:-200000} CHAOS_CONNECTIONS=$${CHAOS_CONNECTIONS:-50} \
		IDLE_CONNECTIONS=$${IDLE_CONNECTIONS:-10000} IDLE_STREAMS=$${IDLE_STREAMS:-10000} STREAM_READERS=$${STREAM_READERS:-2000} \
		STREAM_RATE=$${STREAM_RATE:-50000} \
		SLOW_CONNECTIONS=$${SLOW_CONNECTIONS:-500} SLOW_SECONDS=$${SLOW_SECONDS:-30} \
		STREAM_BYTES=$${STREAM_BYTES:-1073741824} TEST_TIMEOUT=$${TEST_TIMEOUT:-3600} \
		exec Scripts/test --filter '^FaultTests\.(Chaos|Load|StreamLoad)Tests' $(ARGS)

chains: ## ambiguous requests through nginx and haproxy in front of the gateway
	@Scripts/need nginx haproxy
	@exec Scripts/test --filter '^FaultTests\.ProxyChainTests' $(ARGS)

tsan: ## run the tests of the binding and the gateway under ThreadSanitizer
	@exec Scripts/test --sanitize=thread $(ARGS)

asan: ## run the tests of the binding under AddressSanitizer and LeakSanitizer
	@exec Scripts/test --sanitize=address $(ARGS)

leaks: ## a million messages of each kind, and memory flat at the end; a few under LeakSanitizer (LEAK_MESSAGES)
	@BUILD=Benchmarks/.build exec Scripts/leaks $(ARGS)

bench: ## measure side by side with C, and the gateway with a bare server (ROUNDS, MESSAGES, … : Scripts/bench --help)
	@exec Scripts/bench $(ARGS)

docs: ## build the documentation of the binding, without a warning (PREVIEW=1 serves it on port 8080)
	@Scripts/need swift libzmq
	DOCUMENTATION=1 swift package --traits SwiftZMQServices --scratch-path $(BUILD)/documentation --disable-sandbox \
		$(if $(PREVIEW),preview-documentation,generate-documentation --warnings-as-errors --target SwiftZMQServices) \
		--target SwiftZMQ $(ARGS)

docs-gateway: ## the same for the library Gateway, with all that it depends on, which takes minutes more
	@Scripts/need swift libzmq sqlite
	DOCUMENTATION=1 swift package --traits Gateway --scratch-path $(BUILD)/documentation --disable-sandbox \
		generate-documentation --warnings-as-errors --target Gateway $(ARGS)

format: ## format all Swift sources in place
	@Scripts/need swift
	swift format --in-place --parallel --recursive $(SOURCES)

lint: ## fail on what `make format` would change, and on what it cannot
	@Scripts/need swift
	swift format lint --strict --parallel --recursive $(SOURCES)

clean: ## remove everything that was built
	rm -rf $(BUILD) Benchmarks/.build Benchmarks/results
