"""What ``edgebox doctor`` finds, in Korean. The keys are its own words.

The command writes English and leaves words and figures apart (``diagnosis.py``), so its words are
the keys, as in gettext. Where there is none, a page shows the words as they came.
"""

FOUND: dict[str, str] = {
    # Names of checks
    "API": "API",
    "GPU": "GPU",
    "NTP": "시각 동기화(NTP)",
    "TLS": "TLS 인증서",
    "audit": "접속 기록",
    "callbacks": "콜백",
    "clients": "클라이언트",
    "clock": "시계",
    "clock, by the records": "시계(기록과 비교)",
    "clock, since start": "시계(시작 뒤)",
    "configuration": "설정 파일",
    "database": "데이터베이스",
    "disk": "디스크",
    "engine": "엔진",
    "failed analyses": "실패한 분석",
    "hash {role}": "모델 파일 해시({role})",
    "late callbacks": "늦어지는 콜백",
    "llama.cpp": "llama.cpp",
    "log": "로그",
    "memory": "메모리",
    "migrations": "데이터베이스 갱신",
    "model {role}": "모델({role})",
    "models": "모델",
    "monitoring": "모니터링",
    "permissions: config": "권한(설정 파일)",
    "permissions: models": "권한(모델)",
    "permissions: state": "권한(상태 폴더)",
    "port: metrics": "포트(지표)",
    "queue": "분석 대기",
    "receiver": "콜백 받을 곳",
    "refused keys": "거절한 키",
    "retention": "보관 기간",
    "runs": "분석 처리",
    "screen": "사람이 보는 화면",
    "state folder": "상태 폴더",
    "time zone": "시간대",
    "tuning": "조율(tune)",
    "worker": "워커",
    # Configuration and permissions
    "{config_error}": "설정에 잘못이 있습니다. {config_error}",
    "edit {path}, then: edgebox config check": (
        "{path} 파일을 고친 뒤 다음으로 확인합니다: edgebox config check"
    ),
    "{state_error}": "상태 폴더를 쓸 수 없습니다. {state_error}",
    "Everybody may change {path}.": "누구나 바꿀 수 있습니다: {path}",
    "Everybody may read the password in {path}.": "누구나 읽을 수 있는 비밀번호가 있습니다: {path}",
    "{names} in {folder} belong to another user than the folder: the box may not write them.": (
        "{folder} 폴더에 주인이 다른 파일이 있어 쓰지 못할 수 있습니다: {names}"
    ),
    "Others may use {names}.": "다른 사용자도 쓸 수 있습니다: {names}",
    "There is no {files}.": "없습니다: {files}",
    "Cannot look at {folder}: {why}.": "{folder} 폴더를 볼 수 없습니다: {why}",
    "This user cannot write {folder}.": "점검한 사용자는 {folder} 폴더에 쓸 수 없습니다.",
    "Others may read {folder} (mode {mode}); transcripts are in there.": (
        "다른 사용자가 {folder} 폴더를 읽을 수 있습니다(권한 {mode}). 상담 내용이 들어 있습니다."
    ),
    # The database
    "{database_error}": "데이터베이스를 쓸 수 없습니다. {database_error}",
    "{path} is damaged: {found}": "{path} 파일이 손상되었습니다: {found}",
    "stop EdgeBox, then as its user: edgebox restore BACKUP": (
        "EdgeBox를 멈추고, EdgeBox의 사용자로 다음을 입력합니다: edgebox restore BACKUP"
    ),
    "Others may read {path} (mode {mode}).": (
        "다른 사용자가 {path} 파일을 읽을 수 있습니다(권한 {mode})."
    ),
    "Every client is disabled.": "모든 클라이언트가 중지되어 있습니다.",
    "There is no client yet.": "아직 클라이언트가 없습니다.",
    "{count} could not be delivered and were given up. The last one: {why}.": (
        "{count}건을 보내지 못해 그만두었습니다. 마지막 까닭: {why}"
    ),
    "edgebox callbacks list --state dead, then edgebox callbacks resend BATCH_ID": (
        "edgebox callbacks list --state dead 로 찾고, edgebox callbacks resend BATCH_ID 로 "
        "다시 보냅니다"
    ),
    "{audit_fault}": "접속 기록이 쓰인 그대로가 아닙니다. {audit_fault}",
    "The oldest consultation has waited for {minutes} minutes.": (
        "가장 오래된 상담이 {minutes}분째 분석을 기다립니다."
    ),
    "Not applied yet: {names}.": "아직 적용하지 않은 갱신이 있습니다: {names}",
    "Something was recorded at {noted}, {ahead} from now: the clock went back.": (
        "지금보다 {ahead} 뒤인 {noted}의 기록이 있습니다. 시계가 뒤로 갔습니다."
    ),
    'timedatectl set-ntp true (or: timedatectl set-time "YYYY-MM-DD HH:MM:SS")': (
        'timedatectl set-ntp true (또는: timedatectl set-time "YYYY-MM-DD HH:MM:SS")'
    ),
    "Runs of the last {days} days that ended before they began: {count}. The clock jumps.": (
        "지난 {days}일 동안 시작보다 먼저 끝난 처리가 {count}번 있습니다. 시계가 튑니다."
    ),
    "In the last {days} days: {kinds}.": "지난 {days}일 동안: {kinds}",
    "They wait to be sent again after an error. {kinds}.": (
        "오류가 나서 다시 보내기를 기다립니다. {kinds}"
    ),
    "Run {run} began at {began} and never ended: its worker died.": (
        "{began}에 시작한 처리 {run}번이 끝나지 않았습니다. 워커가 죽었습니다."
    ),
    "The clock jumped from {before} to {after}, or the box was off: nothing is removed until "
    "{until}.": (
        "시계가 {before}에서 {after}로 튀었거나 장비가 꺼져 있었습니다. "
        "{until}까지 지우지 않습니다."
    ),
    "if the clock is wrong: timedatectl set-ntp false, then timedatectl set-time": (
        "시계가 틀렸으면: timedatectl set-ntp false 다음에 timedatectl set-time"
    ),
    "Old batches that are kept because their callbacks wait for {client}, which is "
    "disabled: {count}.": (
        "중지된 클라이언트 {client}의 콜백이 남아 오래된 배치 {count}개를 지우지 못합니다."
    ),
    "Copies from before or during a restore that hold transcripts: {count}.": (
        "백업을 되돌릴 때 남긴 사본 {count}개에 상담 내용이 들어 있습니다."
    ),
    "Backups from before an upgrade that hold transcripts for longer than the box does: {count}. "
    "Without them --rollback --with-database is not possible.": (
        "업그레이드 전 백업 {count}개에 상담 내용이 보관 기간보다 오래 남아 있습니다. "
        "지우면 --rollback --with-database 를 할 수 없습니다."
    ),
    # Keys and people
    "In the last 24 hours: {refused}.": "지난 24시간: {refused}",
    "The pages for people are on, but without TLS other machines cannot open them.": (
        "화면이 켜져 있지만 TLS가 없어 다른 컴퓨터에서 열 수 없습니다."
    ),
    "set tls_cert and tls_key under [api], then restart": (
        "[api]의 tls_cert와 tls_key를 정한 뒤 다시 시작합니다"
    ),
    "The pages for people are on, but there is no account.": "화면이 켜져 있지만 계정이 없습니다.",
    "Locked after wrong passwords: {names}{more}.": (
        "비밀번호를 여러 번 틀려 잠긴 계정이 있습니다: {names}{more}"
    ),
    # The machine
    "The NVIDIA driver lists no GPU.": "NVIDIA 드라이버가 GPU를 찾지 못합니다.",
    "{cards} NVIDIA GPU without its driver: the models run on the processor.": (
        "NVIDIA GPU {cards}개에 드라이버가 없습니다. 모델이 CPU에서 돕니다."
    ),
    "install NVIDIA's driver, 580 or newer, then: reboot": (
        "NVIDIA 드라이버(580 이상)를 설치한 다음 reboot"
    ),
    "This user may not use {names}.": "점검한 사용자는 쓸 수 없습니다: {names}",
    "The services may not read {path}.": "서비스가 읽을 수 없습니다: {path}",
    "This box believes it is {date}.": "장비의 시계가 {date}입니다.",
    "{zone} cannot be loaded: batch ids and the hours of the night are in UTC.": (
        "{zone} 시간대를 읽지 못합니다. 배치 번호와 밤 시간이 UTC를 따릅니다."
    ),
    "install the package tzdata (or correct TZ), then restart the box": (
        "tzdata 패키지를 설치한 다음(또는 TZ를 고친 다음) EdgeBox를 다시 시작합니다"
    ),
    "Nothing sets the clock; keys are refused when it is 5 minutes off.": (
        "시계를 맞추는 것이 없습니다. 5분 틀어지면 키를 거절합니다."
    ),
    "The clock is not synchronised: no time server answers.": (
        "시계가 맞춰지지 않았습니다. 응답하는 시각 서버가 없습니다."
    ),
    "write {line} into {file}, then: systemctl restart {service}": (
        "{file}에 {line} 줄을 적은 뒤: systemctl restart {service}"
    ),
    "It was moved by {jump} s while the box ran.": "도는 동안 시계가 {jump}초 옮겨졌습니다.",
    "Errors in the last 24 hours: {count}; the last one, of {process}{message}": (
        "지난 24시간 동안 오류가 {count}건 있었습니다. 마지막 것은 {process}{message}"
    ),
    "{free} free at {folder}; {least} are needed.": (
        "{folder}에 {free}만 남았습니다. {least}가 있어야 합니다."
    ),
    "free some space at {folder}; if the models are on that disk: edgebox models remove NAME": (
        "{folder}의 자리를 비웁니다. 모델이 같은 디스크에 있으면: edgebox models remove NAME"
    ),
    "{need}": "{need}",
    "{instead}": "{instead}",
    "llama.cpp was killed while loading (signal {signal}): it was built for another processor.": (
        "llama.cpp가 올라오다 죽었습니다(시그널 {signal}). 다른 프로세서용으로 만든 것입니다."
    ),
    "install the release again: sh edgebox-....run": (
        "설치 파일로 다시 설치합니다: sh edgebox-....run"
    ),
    "It cannot be loaded: {last}": "올릴 수 없습니다: {last}",
    "{version}: {why}": "GPU를 쓰지 못합니다({version}). {why}",
    "update NVIDIA's driver (CUDA 13 needs 580 or newer), then: reboot": (
        "NVIDIA 드라이버를 새것(CUDA 13은 580 이상)으로 바꾼 뒤 다음을 입력합니다: reboot"
    ),
    "This release has no code for a card of compute capability {capability}: the driver compiles "
    "it at each start.": (
        "이 설치본에는 연산 능력 {capability} 카드의 코드가 없어 켤 때마다 드라이버가 새로 "
        "컴파일합니다."
    ),
    "This release has no code for a card of compute capability {capability}.": (
        "이 설치본에는 연산 능력 {capability} 카드의 코드가 없습니다."
    ),
    "build one: packaging/build --cuda {card}": (
        "그 카드의 것을 만듭니다: packaging/build --cuda {card}"
    ),
    "{version} was built without CUDA, and there is an NVIDIA GPU here.": (
        "NVIDIA GPU가 있는데 CUDA 없이 만든 것입니다: {version}"
    ),
    "install the -cuda release": "이름에 -cuda가 붙은 설치 파일로 설치합니다",
    # Models
    "{models_error}": "모델 폴더를 쓸 수 없습니다. {models_error}",
    "{model_error}": "쓸 수 없는 모델입니다. {model_error}",
    "{hash_error}": "파일이 목록의 것과 다릅니다. {hash_error}",
    "{model} is not here.": "{model} 파일이 없습니다.",
    "{model} is only partly here.": "{model} 파일이 다 오지 않았습니다.",
    "edgebox models pull {model}, or carried here: edgebox models import FILE": (
        "edgebox models pull {model}, 파일로 옮겨 왔으면: edgebox models import FILE"
    ),
    "edgebox models remove {model}, then edgebox models pull {model}, or carried here: "
    "edgebox models import FILE": (
        "edgebox models remove {model} 다음에 edgebox models pull {model}, 파일로 옮겨 왔으면: "
        "edgebox models import FILE"
    ),
    "{model} is hashed again at every start until it is recorded.": (
        "{model} 파일을 확인한 기록이 없어 시작할 때마다 다시 해시합니다."
    ),
    "{model} is for trying EdgeBox out: its Korean is poor.": (
        "{model}: 시험용 모델이라 한국어가 약합니다."
    ),
    "edgebox models list, then: edgebox models use ROLE NAME": (
        "edgebox models list 로 고른 뒤: edgebox models use ROLE NAME"
    ),
    "It was measured with another processor or other models, and is not used.": (
        "다른 프로세서나 다른 모델로 잰 값이라 쓰지 않습니다."
    ),
    "edgebox tune, then: {start}": "edgebox tune 다음에: {start}",
    # Another server for a role
    "{url} was not asked: {key_error}.": "{url}에 물어보지 못했습니다: {key_error}",
    "edit url_key_file under [engines.{role}]": "[engines.{role}]의 url_key_file을 고칩니다",
    "{url} does not answer.": "{url}: 응답하지 않습니다.",
    "start that server, or unset the url": "그 서버를 켜거나 url 설정을 지웁니다",
    "{url}, TLS: {detail}.": "{url}의 인증서를 믿을 수 없습니다: {detail}",
    "{trust}, then restart the box": "{trust} 다음에 EdgeBox를 다시 시작합니다",
    "give that server a new certificate": "그 서버에 새 인증서를 줍니다",
    "{url} takes connections and says nothing: it hangs.": (
        "{url}: 연결은 받지만 아무 말이 없습니다. 멈춰 있습니다."
    ),
    "restart that server": "그 서버를 다시 시작합니다",
    "{url} lists its models and wrote nothing within {seconds} s.": (
        "{url}: 모델 목록은 주지만 {seconds}초 안에 아무것도 쓰지 않았습니다."
    ),
    "look at its queue and its log: it is overloaded, or it hangs": (
        "그 서버의 대기열과 로그를 봅니다. 일이 너무 많거나 멈춰 있습니다"
    ),
    "{url} refuses the key ({detail}).": "{url}: 키를 거절합니다({detail}).",
    "{key}, then restart the box": "{key} 다음에 EdgeBox를 다시 시작합니다",
    "{url} has no model {model}. It has: {detail}.": (
        "{url}에 {model} 모델이 없습니다. 있는 것: {detail}"
    ),
    "set url_model under {table}, then restart the box": (
        "{table}의 url_model을 정한 뒤 EdgeBox를 다시 시작합니다"
    ),
    "{url} answers 503: it loads its model, or has too many requests.": (
        "{url}: 503으로 답합니다. 모델을 올리는 중이거나 요청이 너무 많습니다."
    ),
    "wait; if it stays so, look at that server's log": (
        "기다립니다. 그대로이면 그 서버의 로그를 봅니다"
    ),
    "{url} answers 429: it has too many requests.": (
        "{url}: 429로 답합니다. 요청이 너무 많습니다."
    ),
    "look at what else uses that server": "그 서버를 또 무엇이 쓰는지 봅니다",
    "{url} has no OpenAI-compatible interface.": "{url}에 OpenAI 호환 인터페이스가 없습니다.",
    "set url under {table} to what comes before /chat/completions": (
        "{table}의 url을 /chat/completions 앞까지로 정합니다"
    ),
    "{url} answers {detail}.": "{url}: {detail}로 답합니다.",
    # The processes
    "It does not answer on its socket.": "소켓에서 응답하지 않습니다.",
    "It is still loading the models.": "아직 모델을 올리고 있습니다.",
    "It has made no progress for {age} s.": "{age}초 동안 나아가지 않았습니다.",
    "It has written no metrics for {age} s: it hangs, or its disk is full.": (
        "{age}초 동안 지표를 쓰지 않았습니다. 멈춰 있거나 디스크가 찼습니다."
    ),
    "It is not running: nothing is analysed.": "돌고 있지 않습니다. 아무것도 분석하지 않습니다.",
    "{api_error}": "API에 물어볼 수 없습니다. {api_error}",
    "It cannot listen on {host}:{port}: {problem}.": (
        "{host}:{port}에서 기다릴 수 없습니다: {problem}"
    ),
    "stop what uses it (ss -ltnp 'sport = :{port}'), or change [api] port": (
        "그 포트를 쓰는 것을 멈추거나(ss -ltnp 'sport = :{port}') [api] port를 바꿉니다"
    ),
    "It is not running; port {port} is free.": "돌고 있지 않습니다. 포트 {port}는 비어 있습니다.",
    "It answers but is not ready: {states}.": "응답하지만 준비되지 않았습니다: {states}",
    "It does not show the certificate {path}: {tls_reason}.": (
        "{path} 인증서를 내보이지 않습니다: {tls_reason}"
    ),
    "edgebox logs --process api --level error (restart the API if it says nothing)": (
        "edgebox logs --process api --level error (아무것도 없으면 API를 다시 시작합니다)"
    ),
    "Another program answers on port {port}.": "포트 {port}에서 다른 프로그램이 응답합니다.",
    "stop it (ss -ltnp 'sport = :{port}'), or change [api] port": (
        "그것을 멈추거나(ss -ltnp 'sport = :{port}') [api] port를 바꿉니다"
    ),
    # The network
    "{tls_error}": "인증서를 쓸 수 없습니다. {tls_error}",
    "{tls_error}.": "TLS가 없습니다. {tls_error}",
    "put a new certificate at {path}; it is taken without a restart": (
        "새 인증서를 {path}에 둡니다. 다시 시작하지 않아도 됩니다"
    ),
    "put a new certificate at {path}; then restart the API: it has a copy of the key from its "
    "start": ("새 인증서를 {path}에 두고 API를 다시 시작합니다. 시작할 때의 키를 갖고 있습니다"),
    "The certificate expired on {day}.": "인증서가 {day}에 만료되었습니다.",
    "The certificate expires on {day}, in {left} days.": (
        "인증서가 {left}일 뒤인 {day}에 만료됩니다."
    ),
    "The API listens on {host} without TLS: transcripts cross the network as text.": (
        "API가 {host}에서 TLS 없이 기다립니다. 상담 내용이 암호화되지 않고 오갑니다."
    ),
    "The box does not answer at {listen}.": "{listen}에서 응답하지 않습니다.",
    "Cannot listen on {listen}: {problem}.": "{listen}에서 기다릴 수 없습니다: {problem}",
    "stop what uses it (ss -ltnp 'sport = :{port}'), or change [api] metrics_listen": (
        "그 포트를 쓰는 것을 멈추거나(ss -ltnp 'sport = :{port}') [api] metrics_listen을 바꿉니다"
    ),
    "{client}: the name {host} has no address here.": (
        "{client}: {host}의 주소를 찾을 수 없습니다."
    ),
    "add {host} to /etc/hosts, or: edgebox keys callbacks {client} HOST:PORT ... (this replaces "
    "its whole list)": (
        "/etc/hosts 에 {host} 주소를 적거나: edgebox keys callbacks {client} HOST:PORT ... "
        "(목록 전체가 바뀝니다)"
    ),
    "{client}: {place} {reason}.": "{client}: {place}에는 보낼 수 없습니다. {reason}",
    "edgebox keys callbacks {client} HOST:PORT ... (this replaces its whole list)": (
        "edgebox keys callbacks {client} HOST:PORT ... (목록 전체가 바뀝니다)"
    ),
    "{client}: {place}, TLS: {tls_reason}.": (
        "{client}: {place}의 인증서를 믿을 수 없습니다. {tls_reason}"
    ),
    "metrics token": "지표 토큰",
    "It is not used: {token_error}.": "쓰지 못합니다: {token_error}",
    "correct {path}, or metrics_token_file under [api]": (
        "{path}이나 [api]의 metrics_token_file을 고칩니다"
    ),
    "{trust}, then restart the worker": "{trust} 다음에 워커를 다시 시작합니다",
    "{client}: {place}: {what}.": "{client}: {place}에 연결할 수 없습니다. {what}",
    "open the way in the network (try: nc -vz {quoted} {port})": (
        "네트워크에서 길을 엽니다(시험: nc -vz {quoted} {port})"
    ),
    "Alertmanager does not answer: no alert is sent": (
        "Alertmanager가 응답하지 않습니다. 알림을 보내지 않습니다."
    ),
    "Prometheus does not answer: there are no alerts": (
        "Prometheus가 응답하지 않습니다. 알림이 생기지 않습니다."
    ),
    "Prometheus does not read this box": "Prometheus가 이 장비를 읽지 않습니다.",
    "alerts are not delivered": "알림이 전달되지 않습니다.",
}
"""Names of checks, what is wrong, what helps."""

QUOTED: dict[str, str] = {
    # Codes of failed analyses
    "{n} refused": "모델이 받지 못함 {n}건",
    "{n} analysis_failed": "쓸 수 있는 결과가 없음 {n}건",
    "{n} poison": "분석하다 프로그램이 멈춤 {n}건",
    # Reasons of the system
    "address already in use": "이미 쓰고 있는 주소입니다",
    "cannot assign requested address": "이 장비의 주소가 아닙니다",
    "connection refused": "연결을 거절합니다",
    "network is unreachable": "네트워크에 닿지 않습니다",
    "no answer in time": "제때 응답하지 않습니다",
    "no route to host": "그곳으로 가는 길이 없습니다",
    "no secure connection": "암호화된 연결을 맺지 못합니다",
    "not reachable": "닿지 않습니다",
    "permission denied": "권한이 없습니다",
    "Permission denied": "권한이 없습니다",
    "certificate has expired": "만료된 인증서입니다",
    "self-signed certificate": "스스로 서명한 인증서입니다",
    "self-signed certificate in certificate chain": "믿지 않는 인증 기관의 인증서입니다",
    "unable to get local issuer certificate": "믿지 않는 인증 기관의 인증서입니다",
    "Hostname mismatch, certificate is not valid for '{host}'.": "{host}의 인증서가 아닙니다",
    "IP address mismatch, certificate is not valid for '{host}'.": "{host}의 인증서가 아닙니다",
    "must not point at a link-local, unspecified or multicast address": (
        "링크 로컬, 미지정, 멀티캐스트 주소는 안 됩니다"
    ),
    "must not point at this box's own ports": "이 장비 자신의 포트는 안 됩니다",
    "the address that the name resolves to {reason}": "이름이 가리키는 주소: {reason}",
    "the host's name could not be resolved": "이름의 주소를 찾을 수 없습니다",
    "the host's name has no address": "이름에 주소가 없습니다",
    "connection refused or unreachable": "연결을 거절하거나 닿지 않습니다",
    "no answer within {n} s": "{n}초 안에 응답하지 않았습니다",
    "no connection": "연결이 없습니다",
    # Why a callback was not delivered
    "no connection in time": "제때 연결되지 않았습니다",
    "TLS: {reason}": "TLS: {reason}",
    "the connection broke ({id})": "연결이 끊겼습니다({id})",
    "the connection broke ({id}). Perhaps {reason}": "연결이 끊겼습니다({id}). 혹시 {reason}",
    "the answer is no HTTP. Check the port of callback_url, and http or https before it": (
        "응답이 HTTP가 아닙니다. callback_url의 포트와 앞의 http, https를 확인하십시오"
    ),
    "410: the receiver wants no more of it": "410: 받는 쪽이 더 받지 않겠다고 합니다",
    "HTTP {n}: redirects are not followed": "HTTP {n}: 다른 주소로 넘기는 응답은 따라가지 않습니다",
    "HTTP {n}: {reason}": "HTTP {n}: {reason}",
    "the callback has {n} MB, and the receiver takes less. Raise its limit "
    "(nginx: client_max_body_size), or send smaller batches": (
        "콜백은 {n} MB인데 받는 쪽의 한도가 더 작습니다. 한도를 늘리거나(nginx: "
        "client_max_body_size) 배치를 작게 보내십시오"
    ),
    "the worker stopped before it was sent": "보내기 전에 워커가 멈췄습니다",
    "the client is disabled: nothing is signed for it": ("중지된 클라이언트라서 서명하지 않습니다"),
    "host and port are not on this client's list; ask the administrator of the box": (
        "이 클라이언트의 목록에 없는 주소입니다"
    ),
    "internal error ({id})": "내부 오류({id})",
    "no reason noted": "적힌 까닭이 없습니다",
    "the client no longer exists": "클라이언트가 없어졌습니다",
    "{n}: {reason}": "{n}건: {reason}",
    " and {n} more": " 외 {n}명",
    "store unavailable": "데이터베이스를 읽지 못함",
    "clients unavailable": "클라이언트를 확인하지 못함",
    "engine unavailable": "엔진이 응답하지 않음",
    "engine starting": "엔진이 시작하는 중",
    "write its key into {file}": "{file}에 그 서버의 키를 적고,",
    "set url_key_file under {table}": "{table}의 url_key_file을 정하고,",
    # Errors of the store and of models
    "The user of the services may not read {file}.": "서비스의 사용자가 읽지 못하는 파일: {file}",
    "This user may not look into {file}. For a folder of root's: {commands}": (
        "점검한 사용자는 {file} 폴더를 열 수 없습니다. root의 폴더라면: {commands}"
    ),
    "There is no database yet. Create it with: edgebox init": "아직 데이터베이스가 없습니다.",
    "The database is not up to date. Run: edgebox init": "데이터베이스를 갱신해야 합니다.",
    "The database file is damaged. Stop EdgeBox and put the last backup in its place.": (
        "파일이 손상되었습니다. EdgeBox를 멈추고 마지막 백업으로 바꾸십시오."
    ),
    "This user may not use the database. Run the command as the user EdgeBox runs as, such as: "
    "sudo -u edgebox edgebox ...": (
        "점검한 사용자는 쓸 수 없습니다. EdgeBox의 사용자로 점검하십시오: "
        "sudo -u edgebox edgebox doctor"
    ),
    "Rows are missing between {n} and {m}.": "{n}번과 {m}번 사이의 기록이 없습니다.",
    "Rows from {n} to {m} are missing at the end.": "끝에서 {n}번부터 {m}번까지가 없습니다.",
    "Row {n} is not as it was written, or rows are missing before it.": (
        "{n}번 기록이 쓰인 그대로가 아니거나, 그 앞의 기록이 없습니다."
    ),
    "{names} need {n} GB with their contexts, and {m} GB are free here.": (
        "{names}: 컨텍스트까지 {n} GB가 필요한데 {m} GB가 남아 있습니다."
    ),
    "This machine is too small for any two models.": "이 장비에는 어느 두 모델도 올릴 수 없습니다.",
    "They fit with context_tokens = {n} under {tables} in edgebox.toml.": (
        "edgebox.toml의 {tables}에서 context_tokens = {n}이면 들어갑니다."
    ),
    "What fits: {commands}": "들어가는 것: {commands}",
    "There is no model '{name}'. Did you mean {others}?": (
        "'{name}' 모델은 없습니다. {others}입니까?"
    ),
    "There is no model '{name}'. See: edgebox models list": (
        "'{name}' 모델은 없습니다. edgebox models list 를 보십시오."
    ),
    # Why keys were refused
    "no client: {reason}": "클라이언트 없음: {reason}",
    "{reason} ({n}, the last at {at})": "{reason} ({n}번, 마지막 {at})",
    "unknown client": "모르는 클라이언트",
    "disabled client": "중지된 클라이언트",
    "none: the client was changed a moment ago": "없음: 클라이언트를 방금 바꾸었습니다",
    "the key is empty": "키가 비어 있습니다",
    "the key has more than {n} characters": "키가 {n}자보다 깁니다",
    "there are blanks, a line end or quotes around the key": (
        "키 앞뒤에 빈칸, 줄바꿈, 따옴표가 있습니다"
    ),
    "the key is not client:timestamp:signature (colons: {n})": (
        "키가 client:timestamp:signature 꼴이 아닙니다(쌍점 {n}개)"
    ),
    "the key is not client:timestamp:signature (colons: {n}": (
        "키가 client:timestamp:signature 꼴이 아닙니다(쌍점 {n}개"
    ),
    "is the timestamp a date?)": "timestamp가 날짜입니까?)",
    "nonce is not 16 to 64 letters, digits, - or _": "nonce가 글자, 숫자, -, _ 16~64자가 아닙니다",
    "timestamp is empty": "timestamp가 비어 있습니다",
    "timestamp is no whole number": "timestamp가 정수가 아닙니다",
    "timestamp has {n} digits: no Unix seconds": "timestamp가 {n}자리입니다. 유닉스 초가 아닙니다",
    "timestamp has {n} digits: milliseconds": "timestamp가 {n}자리입니다. 밀리초입니다",
    "timestamp has {n} digits: microseconds": "timestamp가 {n}자리입니다. 마이크로초입니다",
    "timestamp has {n} digits: nanoseconds": "timestamp가 {n}자리입니다. 나노초입니다",
    "timestamp is {n} s old": "timestamp가 {n}초 늦습니다",
    "timestamp is {n} s old (9 h: local time instead of UTC?)": (
        "timestamp가 {n}초 늦습니다(9시간: UTC 대신 현지 시각입니까?)"
    ),
    "timestamp is {n} s ahead": "timestamp가 {n}초 빠릅니다",
    "timestamp is {n} s ahead (9 h: local time instead of UTC?)": (
        "timestamp가 {n}초 빠릅니다(9시간: UTC 대신 현지 시각입니까?)"
    ),
    "timestamp is {n} s ahead (at most {m} s: is the client's clock ahead, or this one behind?)": (
        "timestamp가 {n}초 빠릅니다({m}초까지 받습니다. "
        "클라이언트 시계가 빠르거나 이 장비의 시계가 늦습니까?)"
    ),
    "timestamp is from before the box's clock was set back by {n} s, or soon after (if it is "
    "right now: systemctl restart edgebox-api)": (
        "이 장비의 시계를 {n}초 되돌리기 전이나 바로 뒤의 timestamp입니다"
        "(지금 시계가 맞으면: systemctl restart edgebox-api)"
    ),
    "it is the key of a callback, which only receivers accept": (
        "콜백의 키입니다. 콜백을 받는 쪽만 받아들입니다"
    ),
    "signature does not match the secret": "서명이 비밀키와 맞지 않습니다",
    "signature does not match the secret, or the method, path with query, or body that was sent": (
        "서명이 비밀키나, 보낸 메서드, 쿼리를 포함한 경로, 본문과 맞지 않습니다"
    ),
    "signature has {n} hexadecimal digits, not 64": (
        "서명이 16진수 {n}자리입니다. 64자리여야 합니다"
    ),
    "signature has {n} hexadecimal digits, as of {hash}, not 64": (
        "서명이 16진수 {n}자리({hash} 길이)입니다. 64자리여야 합니다"
    ),
    "signature is Base64 instead of hexadecimal": "서명이 16진수가 아니라 Base64입니다",
    "signature is not 64 hexadecimal digits": "서명이 16진수 64자리가 아닙니다",
    "signature was made with a line end or blank after the secret": (
        "비밀키 뒤에 줄바꿈이나 빈칸을 붙여 서명했습니다"
    ),
    "signature was made with quotes around the secret": "비밀키에 따옴표를 둘러 서명했습니다",
    "signature was made with a byte order mark before the secret": (
        "비밀키 앞에 바이트 순서 표식을 붙여 서명했습니다"
    ),
    "signature was made with the secret in capitals": "비밀키를 대문자로 바꿔 서명했습니다",
    "signature was made with the secret decoded to bytes instead of its text": (
        "비밀키를 글자 그대로가 아니라 바이트로 풀어 서명했습니다"
    ),
    "signature was made with a line end after the timestamp (echo, not printf?)": (
        "timestamp 뒤에 줄바꿈을 붙여 서명했습니다(printf 대신 echo?)"
    ),
    "{id}: {reason}": "{id}: {reason}",
}
"""What a finding quotes: reasons of the system, errors, faults of keys. ``{n}`` and ``{m}`` are
numbers, ``{id}`` is one word."""
