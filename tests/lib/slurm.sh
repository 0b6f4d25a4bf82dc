# A Slurm of one node on the loopback, in $DIR: slurm_start, slurm_stop. Sourced after check.sh.

slurm_log() {
    tail -n 5 "$DIR"/munge/*.log "$DIR"/slurm/*.log 2>/dev/null
}

# A port that nothing listens on.
slurm_port() {
    local port
    while port=$((20000 + RANDOM)); (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
    echo $port
}

slurm_start() {
    local user host
    user=$(id -un)
    host=$(uname -n | cut -d . -f 1)
    mkdir -p "$DIR/munge" "$DIR/slurm/state" "$DIR/slurm/spool" && chmod 700 "$DIR/munge" || return 1
    head -c 1024 /dev/urandom >"$DIR/munge/key" && chmod 400 "$DIR/munge/key" || return 1
    munged --force --foreground --socket "$DIR/munge/socket" --key-file "$DIR/munge/key" --seed-file "$DIR/munge/seed" \
        --pid-file "$DIR/munge/pid" --log-file "$DIR/munge/munged.log" >"$DIR/munge/out.log" 2>&1 &
    slurm_pids=$!
    cat >"$DIR/slurm/slurm.conf" <<END
ClusterName=deepfill
SlurmctldHost=$host(127.0.0.1)
AuthType=auth/munge
AuthInfo=socket=$DIR/munge/socket
CredType=cred/munge
SlurmUser=$user
SlurmdUser=$user
SlurmctldPort=$(slurm_port)
SlurmdPort=$(slurm_port)
SlurmctldPidFile=$DIR/slurm/slurmctld.pid
SlurmdPidFile=$DIR/slurm/slurmd.pid
StateSaveLocation=$DIR/slurm/state
SlurmdSpoolDir=$DIR/slurm/spool
SlurmctldLogFile=$DIR/slurm/slurmctld.log
SlurmdLogFile=$DIR/slurm/slurmd.log
ProctrackType=proctrack/pgid
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SlurmdParameters=config_overrides
ReturnToService=2
MpiDefault=none
SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=0
MinJobAge=300
NodeName=$host NodeAddr=127.0.0.1 CPUs=2
PartitionName=all Nodes=$host Default=YES MaxTime=INFINITE State=UP
END
    export SLURM_CONF=$DIR/slurm/slurm.conf
    slurmctld -D -c >"$DIR/slurm/ctld_out.log" 2>&1 &
    slurm_pids="$slurm_pids $!"
    slurmd -D -N "$host" >"$DIR/slurm/d_out.log" 2>&1 &
    slurm_pids="$slurm_pids $!"
    for _ in $(seq 60); do
        [ "$(sinfo -h -o %t 2>/dev/null)" != idle ] || return 0
        sleep .5
    done
    return 1
}

# Those that were started, and nothing else.
slurm_stop() {
    kill $slurm_pids 2>/dev/null
    wait $slurm_pids 2>/dev/null
}
