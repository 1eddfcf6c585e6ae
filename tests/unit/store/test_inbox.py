from tests.unit.store.conftest import Desk, applied

def test_smoke(desk: Desk) -> None:
    assert desk.put("1","2","1")==3
    got=desk.claim()
    assert [len(m.ids) for m in got]==[2,1]
    r=desk.settle(got,applied())
    assert r.settled==2
    print(desk.store.status(desk.now))
    print(desk.record())
    assert desk.store.ledger.known("main","order",["1"])["1"].target=="1001"
